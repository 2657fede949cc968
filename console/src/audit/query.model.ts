/** What may stand before a colon in the search box, in the order in which it is offered. */
export const qualifiers = [
  { key: "actor", hint: "who did it: a name, an address, an id, or me" },
  { key: "action", hint: "what was done; a star stands for the rest: user.*" },
  { key: "outcome", hint: "success, denied or failed" },
  { key: "target", hint: "what it was done to: campaign, or campaign:ID" },
  { key: "ip", hint: "from where; the beginning is enough: 10.0." },
  { key: "after", hint: "from then on: 2026-11-01, yesterday, 7d" },
  { key: "before", hint: "until then" },
  { key: "kind", hint: "what acted: user, job, recipient …" },
  { key: "request", hint: "all of one request, by its id" },
  { key: "session", hint: "all of one session, by its id" },
  { key: "seq", hint: "one entry, by the number of its seal: 1204" },
] as const;

export type Qualifier = (typeof qualifiers)[number]["key"];

/** One piece of the box: `-action:auth.*` is the action auth.*, negated. `start` and `end` are its place in the text. */
export interface Term {
  start: number;
  end: number;
  /** Missing of a word. Of a qualifier also where there is none of that name. */
  key?: string;
  value: string;
  negated: boolean;
}

// As the server takes it apart: a quote that is never closed goes to the end, because it is still being typed.
const pieces = /(-?)(?:([A-Za-z]+):)?(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^\s"]+))/gu;

/** What the box says, piece by piece. The server judges it; this is for showing it and for changing one piece. */
export function termsOf(query: string): Term[] {
  return [...query.matchAll(pieces)].map((match) => {
    const [all, dash = "", before, quoted, plain = ""] = match;
    const text = quoted === undefined ? plain : quoted.replace(/\\(.)/gsu, "$1");
    // A colon with nothing behind it.
    const bare = quoted === undefined ? /^([A-Za-z]+):$/.exec(text)?.[1] : undefined;
    const key = (bare ?? before)?.toLowerCase();
    return {
      start: match.index,
      end: match.index + all.length,
      ...(key && { key }),
      value: bare ? "" : text,
      negated: dash === "-",
    };
  });
}

const tidy = (text: string) => text.replace(/\s+/g, " ").trim();

/** A value as it is written in the box: in quotes where it has spaces. */
export const written = (value: string) =>
  /[\s"\\]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;

export const without = (query: string, term: Pick<Term, "start" | "end">) =>
  tidy(query.slice(0, term.start) + query.slice(term.end));

const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

const find = (query: string, key: Qualifier, value: string) =>
  termsOf(query).find((term) => term.key === key && !term.negated && sameText(term.value, value));

export const asksFor = (query: string, key: Qualifier, value: string) =>
  find(query, key, value) !== undefined;

/** Asks for a value too, or no longer when it was asked for. Equal qualifiers are alternatives. */
export function toggled(query: string, key: Qualifier, value: string): string {
  const term = find(query, key, value);
  return term ? without(query, term) : tidy(`${query} ${key}:${written(value)}`);
}

/** The piece that the caret stands in or right behind. */
export const termAt = (query: string, caret: number): Term | undefined =>
  termsOf(query).find((term) => term.start < caret && caret <= term.end);

/** Is a qualifier being written just now? What stands behind its colon is then not meant yet. */
export const isUnfinished = (query: string, caret: number) => termAt(query, caret)?.key !== undefined;

export interface Suggestion {
  /** What it puts in the place of the piece at the caret. */
  text: string;
  hint?: string;
}

/** Values that are known of each qualifier: from the facets, from the entries on screen. */
export type KnownValues = Partial<Record<string, readonly string[]>>;

const most = 8;

/** What could stand at the caret: the qualifiers that begin so, or the values that a qualifier takes. */
export function suggestionsFor(query: string, caret: number, known: KnownValues): Suggestion[] {
  const term = termAt(query, caret);
  const sign = term?.negated ? "-" : "";
  const typed = term?.value.toLowerCase() ?? "";
  if (!term?.key)
    return qualifiers
      .filter(({ key }) => key.startsWith(typed))
      .map(({ key, hint }) => ({ text: `${sign}${key}:`, hint }));
  const { key } = term;
  const values = (known[key] ?? []).filter((each) => each.toLowerCase().includes(typed));
  // Nothing to add to what stands there.
  if (values.length === 1 && sameText(values[0] ?? "", typed)) return [];
  return values.slice(0, most).map((each) => ({ text: `${sign}${key}:${written(each)}` }));
}

/** Query and caret once a suggestion is taken; a value is finished by a space, a qualifier waits for its value. */
export function taking(query: string, caret: number, { text }: Suggestion): { query: string; caret: number } {
  const term = termAt(query, caret) ?? { start: caret, end: caret };
  const gap = text.endsWith(":") ? "" : " ";
  const before = query.slice(0, term.start);
  const after = query.slice(term.end).trimStart();
  return { query: `${before}${text}${gap}${after}`, caret: before.length + text.length + gap.length };
}
