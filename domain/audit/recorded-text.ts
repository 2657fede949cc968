const LONGEST = 1_000;
/** Controls, line and paragraph separators, and what turns the direction of text: they make a log say what it does not. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text as it goes on record: at most 1,000 characters, and nothing in it that is not seen for what it is. */
export function recorded(text: string): string {
  const kept = text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
  return kept
    .toWellFormed()
    .replaceAll(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Any value, with each text in it as it goes on record; numbers that are not whole become text (docs/audit-format.md). */
export function recordedValue(value: unknown): unknown {
  if (typeof value === "string") return recorded(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "boolean" || value == null) return value ?? null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(recordedValue);
  return Object.fromEntries(
    Object.entries(value as object).map(([key, member]) => [recorded(key), recordedValue(member)]),
  );
}
