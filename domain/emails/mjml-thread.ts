import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";

export type Answer = { readonly html: string } | { readonly error: string; readonly line: number | null };

const START_MS = 8_000;
/** What has waited longer for those before it is not begun. */
const QUEUE_MS = 10_000;

/** Not a file of its own: a thread cannot run what a test transforms. Fonts are not fetched, files not read. */
const THREAD = `
  const { workerData: path, parentPort: port } = require("node:worker_threads");
  globalThis.window = globalThis;
  const convert = require(path);
  port.on("message", async (source) => {
    try {
      const { html, errors } = await convert(source, { validationLevel: "soft", fonts: {}, keepComments: false, minify: false, beautify: false, ignoreIncludes: true });
      const [first] = errors;
      port.postMessage(first ? { error: String(first.message), line: first.line ?? null } : { html });
    } catch (error) {
      port.postMessage({ error: /call stack/i.test(error.message) ? "Elements are nested too deeply." : String(error.message).split("\\n")[0].slice(0, 300), line: null });
    }
  });
  port.postMessage({ html: "" });
`;

let thread: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();

export interface Conversion {
  /** Null when there was none in time. */
  readonly answer: Answer | null;
  /** Milliseconds, without the wait for those before it and for a new thread. */
  readonly took: number;
}

/**
 * What the converter makes of a source, in the one thread of this process: others are answered meanwhile, and one source is
 * converted at a time.
 * @param ms that it may take; then the thread is ended, and the next source gets another one
 */
export function convertMjml(source: string, ms: number): Promise<Conversion> {
  const asked = performance.now();
  const conversion = last.then(() =>
    performance.now() - asked > QUEUE_MS ? { answer: null, took: 0 } : convertNow(source, ms),
  );
  // A thread that cannot be made fails its own source, not all after it.
  last = conversion.catch(() => {});
  return conversion;
}

async function convertNow(source: string, ms: number): Promise<Conversion> {
  const isNew = thread === null;
  const worker = (thread ??= begun());
  if (isNew && (await answerOf(worker, START_MS)) === null) {
    await end(worker);
    return { answer: null, took: 0 };
  }
  const begin = performance.now();
  worker.postMessage(source, []);
  const answer = await answerOf(worker, ms);
  const took = performance.now() - begin;
  if (answer === null) await end(worker);
  return { answer, took };
}

async function end(worker: Worker): Promise<void> {
  thread = null;
  await worker.terminate();
}

function begun(): Worker {
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: createRequire(import.meta.url).resolve("mjml-browser"),
    env: {},
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 48 },
  });
  worker.unref();
  // One that runs out of memory ends by itself; the next source gets another one.
  worker.on("error", () => {});
  worker.on("exit", () => {
    if (thread === worker) thread = null;
  });
  return worker;
}

function answerOf(worker: Worker, ms: number): Promise<Answer | null> {
  return new Promise((resolve) => {
    const done = (answer: Answer | null) => {
      clearTimeout(timer);
      worker.off("message", done).off("exit", gone);
      resolve(answer);
    };
    const gone = () => done(null);
    // An answer that came while this thread was busy itself is in time: it is taken before the immediate runs.
    const timer = setTimeout(() => setImmediate(gone), ms);
    worker.on("message", done).on("exit", gone);
  });
}
