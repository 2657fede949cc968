import type { RequestFacts } from "#domain/operation.js";
import type { Config } from "./config.js";
import { scrubberOf } from "./scrub.js";
import type { ErrorFacts } from "./tracking/error-facts.js";
import { Sampler, type TraceHeaders } from "./tracking/sampler.js";
import { follow, traceOf, type Trace } from "./tracking/trace.js";
import type { Tracker } from "./tracking/tracker.js";
import { keepTrails, noteCrumb } from "./tracking/trail.js";
import { VERSION } from "./version.js";

export type { ErrorFacts, Trace };
export { follow, noteCrumb, traceOf };

/** How long the end of a process waits for its last reports. */
const FLUSH_MS = 2000;

let tracker: Tracker | undefined;
let sampler: Sampler | undefined;

/**
 * Tells errors and traces of this process to Sentry from now on. Without SENTRY_DSN nothing is loaded, and everything
 * below does nothing. There is one a process, as there is one standard output.
 */
export async function openSentry(config: Config, role: "server" | "worker"): Promise<void> {
  const { sentry, http, environment } = config;
  if (!sentry) return;
  const { Tracker } = await import("./tracking/tracker.js");
  const scrub = scrubberOf(config.secrets);
  const { dsn, isProxied } = sentry;
  const opened = new Tracker({ dsn, isProxied, role, environment, publicUrl: http.publicUrl, scrub });
  tracker = opened;
  keepTrails(true);
  const publicKey = new URL(sentry.dsn).username;
  sampler = new Sampler({
    rate: sentry.tracesSampleRate,
    publicKey,
    role,
    context: { public_key: publicKey, environment, release: `postwatch@${VERSION}` },
    nameOf: remembered(scrub),
    send: (trace) => opened.send(trace),
  });
}

const MOST_REMEMBERED = 500;

/** Names of operations are few and come again; a caller who makes up many pays with the work alone. */
function remembered(scrub: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const clean = scrub(text);
    if (known.size === MOST_REMEMBERED) known.clear();
    known.set(text, clean);
    return clean;
  };
}

/** Whether anybody listens: what only a trace would need is left out otherwise. */
export const isTracing = (): boolean => sampler !== undefined;

/** Tells an error that nobody expected, once, however often it is told here. Never throws. */
export function reportError(error: unknown, facts: ErrorFacts): void {
  try {
    tracker?.report(error, facts);
  } catch {
    // The log has the error; a fault of its teller is no reason for another.
  }
}

/** A trace of what begins now, if the dice say so: `op` is its kind, such as http.server. It ends by `end`. */
export function sampleTrace(op: string, name: string, headers?: TraceHeaders): Trace | undefined {
  return sampler?.start(op, name, headers);
}

/** A statement of a request, by its name: on its trail, and in its trace when it has one. */
export function watched<T>(request: RequestFacts, name: string, run: () => Promise<T>): Promise<T> {
  if (!tracker) return run();
  noteCrumb(request, "statement", name);
  const trace = traceOf(request);
  return trace ? trace.timed("db", name, run) : run();
}

/** A piece of work of its own, such as a job, under a trace when it is chosen. `request` stands for it. */
export async function traced<T>(
  op: string,
  name: string,
  request: RequestFacts,
  work: () => Promise<T>,
): Promise<T> {
  const trace = sampleTrace(op, name);
  if (!trace) return work();
  follow(request, trace);
  let status: "ok" | "internal_error" = "internal_error";
  try {
    const result = await work();
    status = "ok";
    return result;
  } finally {
    trace.end(status);
  }
}

/** Sends what waits, for two seconds at most, and is silent from then on. */
export async function closeSentry(): Promise<void> {
  const closing = tracker;
  tracker = undefined;
  sampler = undefined;
  keepTrails(false);
  await closing?.close(FLUSH_MS);
}

/** Ends the process; at once when there is nothing to tell. */
export function exitTold(code: number): void {
  if (tracker) void closeSentry().finally(() => process.exit(code));
  else process.exit(code);
}
