import type { Failure } from "../api/failure";
import { count, sentence } from "../lib/format";
import type { Tone } from "../ui/Tag";
import type { Sender } from "./senders.gql";

export const stateTones: Record<Sender["state"], Tone> = { ACTIVE: "ok", PAUSED: "warn", ARCHIVED: "plain" };
export const stateWord = (state: Sender["state"]) => sentence(state);

/** "12 of 80", or "12" where there is no limit. */
export const used = (count_: number, limit: number | null) =>
  limit === null ? count(count_) : `${count(count_)} of ${count(limit)}`;

/** What is typed; empty texts stand for no limit. */
export interface SenderValues {
  name: string;
  address: string;
  replyTo: string | null;
  postalAddress: string | null;
  perHour: number | null;
  perDay: number | null;
  gapSeconds: number;
}

const numbers = ["perHour", "perDay", "gapSeconds"] as const;

/** The values of the form, or what in it is no number. */
export function valuesOf(fields: FormData): SenderValues | Failure {
  const text = (name: string) => String(fields.get(name) ?? "").trim();
  const wrong = numbers.filter((name) => !/^\d{0,9}$/.test(text(name)));
  if (wrong.length > 0)
    return {
      code: "BAD_USER_INPUT",
      message: "",
      issues: wrong.map((path) => ({ path, message: "Enter a whole number, or nothing." })),
    };
  const number = (name: (typeof numbers)[number]) => (text(name) === "" ? null : Number(text(name)));
  return {
    name: text("name"),
    address: text("address"),
    replyTo: text("replyTo") || null,
    postalAddress: text("postalAddress") || null,
    perHour: number("perHour"),
    perDay: number("perDay"),
    gapSeconds: number("gapSeconds") ?? 0,
  };
}
