import { hash } from "node:crypto";
import { TEMPLATE_LENGTH_LIMIT } from "./template-engine.js";
import { lineAt, markLiquid, type Marked } from "./mjml-liquid.js";
import { lostText } from "./mjml-lost.js";
import { convertMjml, type Answer } from "./mjml-thread.js";

const BEFORE = /\s+|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!doctype[^>]*>|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/iy;
const BEGINNING = /<mjml[\s>/]/iy;

/** Whether the HTML of a step is written in MJML; comments, declarations and Liquid may come before it. */
export function isMjml(source: string): boolean {
  // Piece by piece: as one expression it would try every way to divide what comes before.
  let at = 0;
  do {
    BEGINNING.lastIndex = BEFORE.lastIndex = at;
    if (BEGINNING.test(source)) return true;
    if (!BEFORE.test(source)) return false;
    at = BEFORE.lastIndex;
  } while (at < source.length);
  return false;
}

/** What is wrong with an MJML source; `line` from 1, where there is one. */
export class MjmlError extends Error {
  constructor(
    message: string,
    readonly line: number | null = null,
  ) {
    super(message);
  }
}

/** Characters that an MJML source may have: what it becomes is some ten times as long. */
export const MJML_LENGTH_LIMIT = 50_000;
/** Of one source. */
const CONVERSION_MS = 1_500;
/** Of all sources of one check together; what has been converted is known to the next one. */
const CHECK_MS = 2_000;
/** Of one check, for the sources of others and for a new thread: it may hold a transaction, which idles 10 s at most. */
const WAIT_MS = 3_000;
type Result = string | MjmlError;
/** Characters, about 20 MB. */
const MOST_KNOWN = 20_000_000;
const known = new Map<string, Result>();
let knownLength = 0;

/**
 * The HTML of a step: what is written in MJML as it was converted, everything else as it is. Its Liquid stays.
 * @throws MjmlError, also for what was not converted just before (see conversions)
 */
export function htmlOf(source: string): string {
  if (!isMjml(source)) return source;
  const result = known.get(keyOf(source)) ?? refused(source) ?? TOO_LONG;
  if (result instanceof MjmlError) throw result;
  return result;
}
const TOO_LONG = new MjmlError(
  "The conversion took too long and was stopped: too much is converted at once, or the mail is too large or too deep. Try it again, or use fewer elements.",
);
const keyOf = (source: string) => hash("sha256", source);

/**
 * Converts the MJML of one check, source by source: each is awaited right before what reads it by htmlOf. A source is
 * converted once, also one that is at fault. One that took too long is tried once more in a new thread; after that, no
 * other of the check is tried.
 * @param ms for all of them together; 3 s more are waited for those of others
 */
export function conversions(ms = CHECK_MS): (source: string) => Promise<void> {
  let left = ms;
  const until = performance.now() + ms + WAIT_MS;
  return async (source) => {
    if (!isMjml(source)) return;
    const key = keyOf(source);
    let result = known.get(key) ?? refused(source);
    for (let tries = 0; result === null && left > 0; tries += 1) {
      const conversion = await within(
        converted(source, Math.min(CONVERSION_MS, left)),
        until - performance.now(),
      );
      if (conversion === null) return;
      result = conversion.result;
      left = result === null && tries > 0 ? 0 : left - conversion.took;
    }
    // Time-outs are not kept: they may be of the moment.
    if (result !== null) keep(key, result);
  };
}

/** Null when it has not come by then. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<null>((resolve) => (timer = setTimeout(() => setImmediate(resolve, null), ms)));
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

function keep(key: string, result: Result): void {
  forget(key);
  known.set(key, result);
  knownLength += lengthOf(result);
  for (const oldest of known.keys()) {
    if (knownLength <= MOST_KNOWN) return;
    forget(oldest);
  }
}

function forget(key: string): void {
  const result = known.get(key);
  if (result === undefined) return;
  known.delete(key);
  knownLength -= lengthOf(result);
}

/** A fault, whose words are short, counts with what surrounds it. */
const lengthOf = (result: Result): number => (result instanceof MjmlError ? 1_000 : result.length);

/** The parts with HTML that can be compiled. @throws MjmlError as htmlOf */
export const asHtml = <P extends { readonly html: string }>(parts: P): P =>
  isMjml(parts.html) ? { ...parts, html: htmlOf(parts.html) } : parts;

/** What need not be tried. */
function refused(source: string): MjmlError | null {
  if (source.length > MJML_LENGTH_LIMIT)
    return new MjmlError(
      `MJML has at most ${MJML_LENGTH_LIMIT.toLocaleString("en")} characters; this one has ${source.length.toLocaleString("en")}.`,
    );
  const include = /<mj-include\b/i.exec(source);
  if (!include) return null;
  return new MjmlError("mj-include reads files, which mails do not have.", lineAt(source, include.index));
}

/** Null when it took longer than it may. */
async function converted(source: string, ms: number): Promise<{ result: Result | null; took: number }> {
  const marked = markLiquid(source);
  const { answer, took } = await convertMjml(marked.source, ms);
  return { result: answer && resultOf(source, marked, answer), took };
}

const shortened = (text: string): string => text.replaceAll(/\s+/g, " ").slice(0, 60);

function resultOf(source: string, marked: Marked, answer: Answer): Result {
  if ("error" in answer)
    return new MjmlError(marked.restored(answer.error), answer.line && marked.lineOf(answer.line));
  // MJML drops what stands between its elements: a condition or a sentence there would be gone without a word.
  const liquid = marked.lostIn(answer.html);
  const lost = liquid ?? lostText(source);
  if (lost)
    return new MjmlError(
      `“${shortened(lost.text)}” is lost in the conversion: put it inside an mj-text${liquid ? ", or the lines with it into an mj-raw" : ""}.`,
      lineAt(source, lost.offset),
    );
  const html = marked.restored(answer.html);
  if (html.length > TEMPLATE_LENGTH_LIMIT)
    return new MjmlError(
      `The mail that it becomes has ${html.length.toLocaleString("en")} characters; ${TEMPLATE_LENGTH_LIMIT.toLocaleString("en")} are the most: use fewer elements.`,
    );
  return html;
}
