import { isIP } from "node:net";
import { invalid, type InvalidInputError } from "../../errors.js";
import { EVENT_ACTIONS } from "../../events.js";
import { AUDIT_ACTOR_KINDS, AUDIT_OUTCOMES, type Asker, type ConditionSubject } from "./search.js";

/** What can stand before a colon in the box. */
export const QUALIFIERS = [
  "actor",
  "kind",
  "action",
  "outcome",
  "target",
  "ip",
  "request",
  "session",
  "seq",
  "after",
  "before",
] as const;
export type Qualifier = (typeof QUALIFIERS)[number];

interface Meaning {
  readonly on: ConditionSubject;
  /** The values that are meant. @throws InvalidInputError */
  read(value: string, asker: Asker): readonly string[];
}

/** The qualifiers but for the two of time. */
export const MEANINGS: Readonly<Record<Exclude<Qualifier, "after" | "before">, Meaning>> = {
  actor: { on: "actor", read: (value, { self }) => [value === "me" && self !== null ? self : value] },
  kind: { on: "kind", read: (value) => [oneOf("kind", AUDIT_ACTOR_KINDS, value)] },
  action: { on: "action", read: (value) => actionsNamed(value, refusal("action", value)) },
  outcome: { on: "outcome", read: (value) => [oneOf("outcome", AUDIT_OUTCOMES, value)] },
  target: { on: "target", read: (value) => [value] },
  ip: { on: "ip", read: (value) => [addressOf(value, refusal("ip", value))] },
  request: { on: "request", read: (value) => [value] },
  session: { on: "session", read: (value) => [value] },
  seq: { on: "seq", read: (value) => [numberOf(value)] },
};

type Refuse = (rule: string, message: string) => InvalidInputError;

const refusal =
  (qualifier: string, value: string): Refuse =>
  (rule, message) =>
    invalid(["filter", "query"], rule, `${qualifier}: ${message}`, `${qualifier}:${value}`);

function oneOf(qualifier: Qualifier, known: readonly string[], value: string): string {
  const found = known.find((each) => each === value.toUpperCase());
  if (found) return found;
  const names = known.map((each) => each.toLowerCase()).join(", ");
  throw refusal(qualifier, value)("picklist", `there is no ${value}. Known: ${names}.`);
}

/** An action, a group (`user`, `user.*`) or a beginning (`user.r*`): the actions that are meant. @throws what `refuse` makes */
export function actionsNamed(value: string, refuse: Refuse): readonly string[] {
  const wanted = value.toLowerCase();
  const begins = wanted.endsWith("*") ? wanted.slice(0, -1) : null;
  const found = EVENT_ACTIONS.filter((action) =>
    begins === null ? action === wanted || action.startsWith(`${wanted}.`) : action.startsWith(begins),
  );
  if (found.length > 0) return found;
  const groups = [...new Set(EVENT_ACTIONS.map((action) => action.split(".")[0]))].join(", ");
  throw refuse("action", `there is no action ${value}. Groups: ${groups}.`);
}

/** The number of an entry, as its seal counts it. @throws InvalidInputError */
function numberOf(value: string): string {
  if (/^\d{1,15}$/.test(value)) return value;
  throw refusal("seq", value)("number", `${value} is no number of an entry, such as 1204.`);
}

const LONGEST_ADDRESS = 45;

/** A whole address as it is; the beginning of one with * behind it. @throws what `refuse` makes */
export function addressOf(value: string, refuse: Refuse): string {
  const text = value.toLowerCase();
  if (isIP(text)) return text;
  const beginning = text.replace(/\*$/, "");
  if (beginning === "" || beginning.length > LONGEST_ADDRESS || !/^[0-9a-f:.]+$/.test(beginning))
    throw refuse("ip", `${value} is no address and not the beginning of one, such as 10.0. or 2001:db8:`);
  return `${beginning}*`;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/i;
const AGO = /^(\d{1,4})(h|d|w)$/;
const HOURS = { h: 1, d: 24, w: 168 } as const;
const HOUR_MS = 3_600_000;

/** A moment as ISO 8601: a day (its beginning, UTC), a time with a zone, today, yesterday, or so long ago: 7d. @throws InvalidInputError */
export function timeOf(
  qualifier: "after" | "before",
  { value, isNegated }: { readonly value: string; readonly isNegated: boolean },
  now: Date,
): string {
  const refuse = refusal(qualifier, value);
  if (isNegated)
    throw refuse("negation", `it cannot be negated; use ${qualifier === "after" ? "before" : "after"}:.`);
  const midnight = Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
  if (value === "today") return new Date(midnight).toISOString();
  if (value === "yesterday") return new Date(midnight - 24 * HOUR_MS).toISOString();
  const ago = AGO.exec(value);
  if (ago)
    return new Date(
      now.getTime() - Number(ago[1]) * HOURS[ago[2] as keyof typeof HOURS] * HOUR_MS,
    ).toISOString();
  const time = DAY.test(value) || TIME.test(value) ? new Date(value) : null;
  const isDay = DAY.test(value);
  // Only a day that exists is the same after a round trip: 2026-02-30 is not.
  if (time && !Number.isNaN(time.getTime()) && (!isDay || time.toISOString().slice(0, 10) === value))
    return time.toISOString();
  throw refuse(
    "time",
    `${value} is no day and no time; give 2026-11-01, 2026-11-01T09:30Z, today, yesterday or 7d.`,
  );
}
