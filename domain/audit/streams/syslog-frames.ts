import type { Id } from "../../ids.js";
import { canonicalText } from "../canonical.js";
import type { StreamedEntry } from "./read-batch.js";

/** log audit (RFC 5424, 6.2.1) */
const FACILITY = 13;
const SEVERITY: Readonly<Record<string, number>> = { SUCCESS: 6, DENIED: 4, FAILED: 3 };
/** The number that RFC 5612 reserves for whoever has none. */
const ENTERPRISE = 32473;
const LONGEST_MSGID = 32;

/** Entries as messages of RFC 5424, each with its length before it (RFC 6587, 3.4.1). */
export function syslogFrames(stream: Id, host: string, entries: readonly StreamedEntry[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => frameOf(messageOf(stream, host, entry))));
}

function frameOf(message: string): Buffer[] {
  const bytes = Buffer.from(message, "utf8");
  return [Buffer.from(`${bytes.length} `, "ascii"), bytes];
}

function messageOf(stream: Id, host: string, { seq, body }: StreamedEntry): string {
  const priority = FACILITY * 8 + (SEVERITY[body?.outcome ?? "FAILED"] ?? SEVERITY.FAILED!);
  const name = header(body?.action ?? "missing", LONGEST_MSGID);
  const data = `[postwatch@${ENTERPRISE} seq="${seq}" id="${body?.id ?? ""}" tenant="${body?.tenantId ?? ""}" stream="${stream}"]`;
  const text = body === null ? "" : ` ${canonicalText(body)}`;
  return `<${priority}>1 ${body?.at ?? "-"} ${header(host, 255)} postwatch - ${name} ${data}${text}`;
}

/** Printable ASCII; "-" for nothing. */
const header = (text: string, longest: number): string =>
  text.replaceAll(/[^\u0021-\u007e]/g, "").slice(0, longest) || "-";
