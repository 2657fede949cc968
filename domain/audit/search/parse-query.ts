import { invalid } from "../../errors.js";
import { isPlainText } from "../../plain-text.js";
import { MEANINGS, QUALIFIERS, timeOf, type Qualifier } from "./qualifiers.js";
import {
  earlier,
  later,
  type Asker,
  type AuditSearch,
  type Condition,
  type ConditionSubject,
  type Wanted,
} from "./search.js";

const LONGEST = 500;
const MOST_TERMS = 20;
const PATH = ["filter", "query"];

/** One piece of the box: a word, or a qualifier with its value. */
interface Term {
  readonly qualifier: string | null;
  readonly value: string;
  readonly isNegated: boolean;
  readonly isQuoted: boolean;
}

/**
 * Reads the box: words, "words in a row", `qualifier:value`, each with - before it for what must not be. Equal qualifiers
 * are alternatives (`action:a action:b`), everything else must hold together.
 * @throws InvalidInputError naming the qualifier, the rule, the value and what there is
 */
export function parseQuery(query: string, asker: Asker): AuditSearch {
  demandShape(query);
  const terms = termsOf(query);
  if (terms.length > MOST_TERMS)
    throw invalid(PATH, "max_terms", `query has at most ${MOST_TERMS} words and qualifiers.`, query);
  const words: Wanted[] = [];
  const conditions = new Map<string, Condition>();
  let from: string | null = null;
  let to: string | null = null;
  for (const term of terms) {
    if (term.qualifier === null) {
      words.push(wanted(term, term === terms.at(-1) && !/\s$/.test(query)));
      continue;
    }
    const qualifier = qualifierOf(term);
    if (qualifier === "after" || qualifier === "before") {
      const time = timeOf(qualifier, term, asker.now);
      if (qualifier === "after") from = later(from, time);
      else to = earlier(to, time);
    } else {
      const { on, read } = MEANINGS[qualifier];
      add(conditions, on, term.isNegated, read(term.value, asker));
    }
  }
  return { conditions: [...conditions.values()], words, from, to };
}

function demandShape(query: string): void {
  if (query.length > LONGEST)
    throw invalid(PATH, "max_length", `query has at most ${LONGEST} characters.`, query);
  if (!isPlainText(query))
    throw invalid(PATH, "check", "Must be text: it has NUL characters or broken Unicode in it.", query);
}

// Each way through is decided by its first character, so a long text is walked through once. A quote that is never
// closed goes to the end: it is still being typed.
const TERM = /(-?)(?:([A-Za-z]+):)?(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^\s"]+))/gu;

function termsOf(query: string): Term[] {
  const terms: Term[] = [];
  for (const [, dash, qualifier, quoted, plain] of query.matchAll(TERM)) {
    const isQuoted = quoted !== undefined;
    const value = isQuoted ? quoted.replace(/\\(.)/gsu, "$1").trim() : plain!;
    const bare = isQuoted ? null : /^([A-Za-z]+):$/.exec(value)?.[1];
    const name = (bare ?? qualifier)?.toLowerCase() ?? null;
    // Signs alone say nothing.
    if (name === null && !/[\p{L}\p{N}]/u.test(value)) continue;
    terms.push({ qualifier: name, value: bare ? "" : value, isNegated: dash === "-", isQuoted });
  }
  return terms;
}

function qualifierOf({ qualifier, value }: Term): Qualifier {
  const known = QUALIFIERS.find((name) => name === qualifier);
  if (!known)
    throw invalid(
      PATH,
      "qualifier",
      `There is no qualifier ${qualifier}: (given as ${qualifier}:${value}). Known: ${QUALIFIERS.join(", ")}. Put words with a colon in quotes.`,
      `${qualifier}:${value}`,
    );
  if (value === "") throw invalid(PATH, "required", `${known}: needs a value.`, `${known}:`);
  return known;
}

function wanted({ value, isNegated, isQuoted }: Term, isLast: boolean): Wanted {
  return { text: value, isNegated, isPrefix: isLast && !isQuoted && !isNegated };
}

function add(
  conditions: Map<string, Condition>,
  on: ConditionSubject,
  isNegated: boolean,
  values: readonly string[],
): void {
  const key = `${isNegated ? "-" : ""}${on}`;
  const any = [...new Set([...(conditions.get(key)?.any ?? []), ...values])];
  conditions.set(key, { on, any, isNegated });
}
