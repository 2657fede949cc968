import { invalid, type InvalidInputError } from "../../errors.js";
import { isPlainText } from "../../plain-text.js";
import { parseQuery } from "./parse-query.js";
import { actionsNamed, addressOf } from "./qualifiers.js";
import {
  earlier,
  later,
  type Asker,
  type AuditFilter,
  type AuditSearch,
  type Condition,
  type ConditionSubject,
  type Wanted,
} from "./search.js";

const LONGEST = 200;

/** What a filter means. @throws InvalidInputError naming field, rule and value */
export function readFilter(filter: AuditFilter, asker: Asker): AuditSearch {
  const conditions: Condition[] = [];
  const add = (on: ConditionSubject, any: readonly string[]) =>
    conditions.push({ on, any, isNegated: false });
  const given = (field: keyof AuditFilter): string | null => textOf(field, filter[field]);
  const { actorKind, outcome } = filter;
  const [action, prefix, ip] = (["action", "actionPrefix", "ip"] as const).map(given);
  const [actorId, sessionId] = (["actorId", "sessionId"] as const).map((field) => idOf(field, given(field)));
  if (actorId) add("actor", [actorId]);
  if (sessionId) add("session", [sessionId]);
  if (actorKind) add("kind", [actorKind]);
  if (action) add("action", actionsNamed(action, refusal("action", action)));
  if (prefix) add("action", actionsNamed(`${prefix.replace(/\*$/, "")}*`, refusal("actionPrefix", prefix)));
  if (outcome) add("outcome", [outcome]);
  if (ip) add("ip", [addressOf(ip, refusal("ip", ip))]);
  for (const [field, on] of PLAIN) {
    const value = given(field);
    if (value) add(on, [value]);
  }
  const box = parseQuery(filter.query ?? "", asker);
  return {
    conditions: [...conditions, ...box.conditions],
    words: [...wordsOf(given("text")), ...box.words],
    from: later(filter.from?.toISOString() ?? null, box.from),
    to: earlier(filter.to?.toISOString() ?? null, box.to),
  };
}

const PLAIN = [
  ["resourceType", "resourceType"],
  ["resourceId", "resourceId"],
  ["requestId", "request"],
] as const satisfies readonly (readonly [keyof AuditFilter, ConditionSubject])[];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function idOf(field: "actorId" | "sessionId", value: string | null): string | null {
  if (value === null || UUID.test(value)) return value?.toLowerCase() ?? null;
  throw refusal(field, value)("id", "must be an id.");
}

const refusal =
  (field: string, value: string) =>
  (rule: string, message: string): InvalidInputError =>
    invalid(["filter", field], rule, `${field}: ${message}`, value);

function textOf(field: keyof AuditFilter, value: unknown): string | null {
  if (typeof value !== "string" || value === "") return null;
  if (value.length > LONGEST)
    throw invalid(["filter", field], "max_length", `${field} has at most ${LONGEST} characters.`, value);
  if (!isPlainText(value))
    throw invalid(
      ["filter", field],
      "check",
      "Must be text: it has NUL characters or broken Unicode in it.",
      value,
    );
  return value;
}

/** Each word of the field; whoever types is at the last one. */
function wordsOf(text: string | null): Wanted[] {
  const words = text?.split(/\s+/).filter(Boolean) ?? [];
  return words.map((word, at) => ({ text: word, isNegated: false, isPrefix: at === words.length - 1 }));
}
