import { hostname } from "node:os";
import { Webhook } from "standardwebhooks";
import { canonicalText } from "#domain/audit/canonical.js";
import type { ClaimedStream } from "#domain/audit/streams/delivery.queries.js";
import type { StreamedEntry } from "#domain/audit/streams/read-batch.js";
import { streamSecret } from "#domain/audit/streams/stream-secret.js";
import { syslogFrames } from "#domain/audit/streams/syslog-frames.js";
import type { Outbound } from "#platform/outbound/outbound.js";
import { postJson } from "#platform/outbound/post-json.js";
import { sendFrames } from "#platform/outbound/send-frames.js";

export interface DeliverySettings {
  readonly out: Outbound;
  mac(purpose: string, text: string): Buffer;
}

/** Of RFC 6587 and RFC 5425. */
const SYSLOG_PORT = 601;
const SYSLOG_TLS_PORT = 6514;

/** @throws Error unless the other side has taken all of them */
export async function deliver(
  stream: ClaimedStream,
  entries: readonly StreamedEntry[],
  settings: DeliverySettings,
  signal: AbortSignal,
): Promise<void> {
  if (stream.kind === "WEBHOOK") {
    const body = bodyOf(stream, entries);
    const headers = signed(stream, entries, body, settings);
    return postJson({ url: stream.url, headers, body, signal }, settings.out);
  }
  const { protocol, hostname: host, port } = new URL(stream.url);
  const isSecure = protocol === "syslog+tls:";
  const bytes = syslogFrames(stream.id, hostname(), entries);
  const usual = isSecure ? SYSLOG_TLS_PORT : SYSLOG_PORT;
  return sendFrames({ host, port: Number(port || usual), isSecure, bytes, signal }, settings.out);
}

/** Bodies go in as they were hashed (docs/audit-format.md). */
function bodyOf({ id }: ClaimedStream, entries: readonly StreamedEntry[]): string {
  const shown = entries.map(
    ({ seq, body, revealed }) =>
      `{"seq":${seq},"body":${canonicalText(body)},"revealed":${JSON.stringify(revealed)}}`,
  );
  const [from, to] = [entries[0]!.seq, entries.at(-1)!.seq];
  return `{"stream":"${id}","from":${from},"to":${to},"entries":[${shown.join(",")}]}`;
}

/** Standard Webhooks: the same entries have the same id, however often they are sent. */
function signed(
  { id, secretNumber }: ClaimedStream,
  entries: readonly StreamedEntry[],
  body: string,
  by: DeliverySettings,
): Record<string, string> {
  const at = new Date();
  const messageId = `${id}.${entries[0]!.seq}-${entries.at(-1)!.seq}`;
  return {
    "webhook-id": messageId,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(streamSecret(by, id, secretNumber)).sign(messageId, at, body),
  };
}
