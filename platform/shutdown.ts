import type { Logger } from "./logger.js";
import { closeSentry, exitTold, reportError } from "./sentry.js";

export interface StopStep {
  /** For the log, such as "finish running jobs". */
  readonly name: string;
  run(): Promise<void> | void;
}

export interface Shutdown {
  /** The process has started: these steps, in this order, are what stopping it takes. */
  started(steps: readonly StopStep[]): void;
  /**
   * Begins to stop, once; the process ends with `code` (0), or with 1 when a step failed, time ran out, or it had not
   * started. Never resolves: what waits for it must not end the process earlier.
   * @param code not 0 for what an orchestrator that restarts on failure alone has to start anew
   */
  begin(reason: string, code?: number): Promise<never>;
}

/** Terminal and npm both pass Ctrl-C on: the echo of a signal is not the impatience of a person. */
const ECHO_MS = 500;
/** With everything closed a process ends by itself. What has not been closed may hold it up for so long. */
const LEFT_OPEN_MS = 1000;

/**
 * Stops this process in order on SIGTERM or SIGINT: the steps one after another, each even if the one before failed.
 * The same signal a second time, or the deadline, ends it at once with a code that is not 0; so does a signal before
 * it has started. So do an exception and a rejection that nobody caught, after they were logged and told to Sentry:
 * what state we are in is not known then.
 *
 * To be called first: the first process of a container is not ended by a signal that it does not listen to.
 */
export function onShutdown(log: Logger, deadlineMs: number): Shutdown {
  let steps: readonly StopStep[] | undefined;
  let stopping: Promise<never> | undefined;
  const begin = (reason: string, code = 0): Promise<never> =>
    (stopping ??= steps ? stop(log, steps, deadlineMs, reason, code) : abandonStart(log, reason));
  endOnSignals(log, begin);
  endOnBugs(log);
  return { begin, started: (all) => void (steps = all) };
}

function endOnSignals(log: Logger, begin: (reason: string) => Promise<never>): void {
  const seenAt = new Map<NodeJS.Signals, number>();
  const onSignal = (signal: NodeJS.Signals) => {
    const before = seenAt.get(signal);
    if (before === undefined) seenAt.set(signal, performance.now());
    else if (performance.now() - before > ECHO_MS) {
      log.warn({ signal }, "asked again; ending at once");
      process.exit(1);
    }
    void begin(signal);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

function endOnBugs(log: Logger): void {
  const onBug = (error: unknown) => {
    log.fatal({ err: error }, "a bug; ending at once");
    reportError(error, { where: "nobody caught it", isFatal: true });
    exitTold(1);
  };
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);
}

/** Nothing has been taken on yet, so there is nothing to finish. */
function abandonStart(log: Logger, reason: string): Promise<never> {
  log.warn({ reason }, "told to stop while starting; ending at once");
  exitTold(1);
  return never();
}

async function stop(
  log: Logger,
  steps: readonly StopStep[],
  deadlineMs: number,
  reason: string,
  code: number,
): Promise<never> {
  log.info({ reason }, "stopping");
  let current = "nothing";
  setTimeout(() => {
    log.error({ deadlineMs, step: current }, "not stopped in time; ending at once");
    process.exit(1);
  }, deadlineMs).unref();
  let failed = false;
  for (const step of steps) {
    current = step.name;
    try {
      await step.run();
    } catch (error) {
      failed = true;
      log.error({ err: error, step: step.name }, "a step of stopping failed");
      reportError(error, { where: `stopping: ${step.name}` });
    }
  }
  await closeSentry();
  log.info("stopped");
  endByItself(log, failed ? 1 : code);
  return never();
}

/** Ends without process.exit, which would cut off what is still being written, unless something was left open. */
function endByItself(log: Logger, code: number): void {
  process.exitCode = code;
  // The line to the process that started this one is not ours to close.
  process.channel?.unref();
  setTimeout(() => {
    log.warn({ open: process.getActiveResourcesInfo() }, "something was left open; ending at once");
    process.exit(code);
  }, LEFT_OPEN_MS).unref();
}

const never = (): Promise<never> => new Promise(() => {});
