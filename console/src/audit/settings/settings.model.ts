import type { Failure } from "../../api/failure";
import { plural } from "../../lib/format";
import type { Tone } from "../../ui/Tag";
import type { Retention, Stream, StreamKind } from "./settings.gql";

const fewest = 3;
const most = 1_200;

/** What is typed as months; nothing is for ever. */
export function readMonths(typed: string): { months: number | null } | { refused: Failure } {
  const text = typed.trim();
  if (text === "") return { months: null };
  const months = Number(text);
  if (/^\d+$/.test(text) && months >= fewest && months <= most) return { months };
  const message = `Enter a whole number from ${fewest} to ${plural(most, "month")}, or nothing to keep entries for ever.`;
  return { refused: { code: "BAD_USER_INPUT", message, issues: [{ path: "months", message }] } };
}

/** "for ever", "for 3 months", "for 2 years". */
export function keptFor(months: number | null): string {
  if (months === null) return "for ever";
  return `for ${months % 12 ? plural(months, "month") : plural(months / 12, "year")}`;
}

/** Would more be deleted than is by now? */
export const keepsLess = (before: number | null, after: number | null) =>
  after !== null && (before === null || after < before);

const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
export const monthWords = (month: string) => monthName.format(new Date(`${month}-01T00:00:00Z`));

/** The last month that is over by then, as the server counts: whole months, in UTC. */
export function lastMonthOver(months: number, nowMs: number): string {
  const now = new Date(nowMs);
  return monthName.format(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months - 1, 1)));
}

/** What becomes of old entries now. */
export function fateWords({ months, holdReason }: Pick<Retention, "months" | "holdReason">): string {
  if (months === null) return "Nothing is deleted.";
  if (holdReason !== null) return "Nothing is deleted while the hold lasts.";
  return "Months that are over are deleted in the following night; their seals stay, and the chain can still be verified.";
}

export const kindLabels: Record<StreamKind, string> = { WEBHOOK: "Webhook", SYSLOG: "Syslog" };

export const kindHints: Record<StreamKind, { placeholder: string; hint: string }> = {
  WEBHOOK: {
    placeholder: "https://example.com/audit",
    hint: "Entries come as JSON by POST, signed as Standard Webhooks says.",
  },
  SYSLOG: {
    placeholder: "syslog+tls://logs.example.com:6514",
    hint: "Entries come as RFC 5424 over TLS, or plain TCP with syslog://.",
  },
};

/** A stream's state in a word. */
export function standing({ state, waiting }: Pick<Stream, "state" | "waiting">): {
  word: string;
  tone: Tone;
} {
  if (state === "PAUSED") return { word: "Paused", tone: "warn" };
  if (state === "FAILING") return { word: "Failing", tone: "bad" };
  return waiting > 0 ? { word: "Catching up", tone: "accent" } : { word: "Up to date", tone: "ok" };
}

/** Where it leads, short enough for a row. */
export const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url);

/** Behind its question mark something is hidden: such an address cannot be taken as it is shown. */
export const isShortened = (url: string) => url.endsWith("?…");
