import { createRequire } from "node:module";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { hash } from "node:crypto";
import { TEMPLATE_LENGTH_LIMIT } from "./template-engine.js";
import { lineAt, markLiquid } from "./mjml-liquid.js";

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
const CONVERSION_MS = 1_500;
/** Of the thread, before the first conversion. */
const START_MS = 8_000;
const MOST_KNOWN = 200;
const known = new Map<string, string | MjmlError>();

/**
 * The HTML of a step: what is written in MJML is converted, everything else is as it is. Its Liquid stays. A conversion runs in
 * a thread of its own, which is waited for (as for a rendering) and ended after 1.5 s; a source is converted once, also
 * one that is at fault.
 * @throws MjmlError
 */
export function htmlOf(source: string): string {
  if (!isMjml(source)) return source;
  const key = hash("sha256", source);
  const result = known.get(key) ?? converted(source);
  known.delete(key);
  known.set(key, result);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  if (result instanceof MjmlError) throw result;
  return result;
}

/** The parts with HTML that can be compiled. @throws MjmlError */
export const asHtml = <P extends { readonly html: string }>(parts: P): P =>
  isMjml(parts.html) ? { ...parts, html: htmlOf(parts.html) } : parts;

function converted(source: string): string | MjmlError {
  if (source.length > MJML_LENGTH_LIMIT)
    return new MjmlError(
      `MJML has at most ${MJML_LENGTH_LIMIT.toLocaleString("en")} characters; this one has ${source.length.toLocaleString("en")}.`,
    );
  const include = /<mj-include\b/i.exec(source);
  if (include)
    return new MjmlError("mj-include reads files, which mails do not have.", lineAt(source, include.index));
  const marked = markLiquid(source);
  const answer = convertMjml(marked.source);
  if ("error" in answer)
    return new MjmlError(marked.restored(answer.error), answer.line && marked.lineOf(answer.line));
  // MJML drops what stands between its elements: a condition there would be gone without a word.
  const lost = marked.lostIn(answer.html);
  if (lost)
    return new MjmlError(
      `“${lost.text.slice(0, 60)}” is lost in the conversion: put it inside an mj-text, or the lines with it into an mj-raw.`,
      lineAt(source, lost.offset),
    );
  const html = marked.restored(answer.html);
  if (html.length > TEMPLATE_LENGTH_LIMIT)
    return new MjmlError(
      `The mail that it becomes has ${html.length.toLocaleString("en")} characters; ${TEMPLATE_LENGTH_LIMIT.toLocaleString("en")} are the most: use fewer elements.`,
    );
  return html;
}

type Answer = { readonly html: string } | { readonly error: string; readonly line: number | null };

/** Not a file of its own: a thread cannot run what a test transforms. Fonts are not fetched, files not read. */
const THREAD = `
  const { workerData: { path, port, flag } } = require("node:worker_threads");
  globalThis.window = globalThis;
  const convert = require(path);
  const flags = new Int32Array(flag);
  const answer = (value) => { port.postMessage(value); Atomics.add(flags, 0, 1); Atomics.notify(flags, 0); };
  port.on("message", async (source) => {
    try {
      const { html, errors } = await convert(source, { validationLevel: "soft", fonts: {}, keepComments: false, minify: false, beautify: false, ignoreIncludes: true });
      const [first] = errors;
      answer(first ? { error: String(first.message), line: first.line ?? null } : { html });
    } catch (error) {
      answer({ error: /call stack/i.test(error.message) ? "Elements are nested too deeply." : String(error.message).split("\\n")[0].slice(0, 300), line: null });
    }
  });
  answer({ html: "" });
`;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly flags: Int32Array;
  /** Answers that have come. */
  answers: number;
}
let thread: Thread | null = null;

function start(): Thread {
  const { port1, port2 } = new MessageChannel();
  const flag = new SharedArrayBuffer(4);
  const path = createRequire(import.meta.url).resolve("mjml-browser");
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { path, port: port2, flag },
    transferList: [port2],
    env: {},
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 48 },
  });
  worker.unref();
  // One that runs out of memory ends by itself; the next source gets another one.
  worker.on("error", () => {});
  port1.unref();
  const made = { worker, port: port1, flags: new Int32Array(flag), answers: 0 };
  awaited(made, START_MS);
  return made;
}

/** @param ms that it may take; then the thread is ended, and the next source gets another one */
export function convertMjml(source: string, ms = CONVERSION_MS): Answer {
  try {
    thread ??= start();
    thread.port.postMessage(source, []);
    return awaited(thread, ms);
  } catch {
    void thread?.worker.terminate();
    thread = null;
    return {
      error: "The conversion took too long and was stopped: the mail is too large or too deep.",
      line: null,
    };
  }
}

/** @throws Error when there is none in time */
function awaited(of: Thread, ms: number): Answer {
  if (Atomics.load(of.flags, 0) === of.answers) Atomics.wait(of.flags, 0, of.answers, ms);
  const received = receiveMessageOnPort(of.port) as { message: Answer } | undefined;
  if (!received) throw new Error("no answer in time");
  of.answers += 1;
  return received.message;
}
