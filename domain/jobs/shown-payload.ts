/** Keys whose values nobody is shown: secrets and addresses. `tokenId` is an id. Read by JavaScript and by PostgreSQL. */
const HIDDEN_KEYS = "password|token(?!ids?$)|secret|authorization|e-?mail|address";
const IS_HIDDEN = new RegExp(HIDDEN_KEYS, "i");

/** Stands where a value is hidden. */
export const HIDDEN = "••••";

/** A payload as it is shown. */
export function shownPayload(payload: unknown): unknown {
  if (Array.isArray(payload)) return payload.map(shownPayload);
  if (typeof payload !== "object" || payload === null) return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [
      key,
      IS_HIDDEN.test(key) && value !== null ? HIDDEN : shownPayload(value),
    ]),
  );
}

/** An edited payload with what its editor was not shown: where HIDDEN still stands, the stored value stays. */
export function withHidden(edited: unknown, stored: unknown): unknown {
  if (Array.isArray(edited))
    return edited.map((item, index) => withHidden(item, Array.isArray(stored) ? stored[index] : undefined));
  if (typeof edited !== "object" || edited === null) return edited;
  const known = (typeof stored === "object" && stored !== null ? stored : {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(edited).map(([key, value]) => [
      key,
      value === HIDDEN && IS_HIDDEN.test(key) ? known[key] : withHidden(value, known[key]),
    ]),
  );
}

/** SQL: the text of a payload in which may be searched. What is hidden is not in it: a search would tell it bit by bit. */
export const searchableText = (payload: string): string =>
  `(select string_agg(key || ' ' || value, ' ') from jsonb_each_text(${payload}) where key !~* '${HIDDEN_KEYS}')`;
