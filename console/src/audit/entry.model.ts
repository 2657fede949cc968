interface Change {
  before: unknown;
  after: unknown;
}

const isEmpty = (value: unknown) => value === null || value === undefined;

export const isUnchanged = ({ before, after }: Change) =>
  !isEmpty(before) && JSON.stringify(before) === JSON.stringify(after);

const longest = 2_000;

/** A value as JSON says it; undefined where there is none. */
export function shownValue(value: unknown): string | undefined {
  if (isEmpty(value)) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text === "") return '""';
  return text.length > longest ? `${text.slice(0, longest)} …` : text;
}

/** An answer as text, without what only the client needs. */
export const rawOf = (answer: object): string =>
  JSON.stringify(answer, (key, value: unknown) => (key === "__typename" ? undefined : value), 2);
