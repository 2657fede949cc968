import type { Logger } from "./logger.js";
import { closeSentry, exitTold, reportError } from "./sentry.js";

export interface StopStep {
  /** For the log, such as "finish running jobs". */
  readonly name: string;
  run(): Promise<void> | void;
}

export interface Shutdown {
  /** Begins to stop, once; the process ends with 0, or with 1 when a step failed or time ran out. */
  begin(reason: string): Promise<never>;
}

/** Terminal and npm both pass Ctrl-C on: the echo of a signal is not the impatience of a person. */
const ECHO_MS = 500;

/**
 * Stops this process in order on SIGTERM or SIGINT: the steps one after another, each even if the one before failed.
 * The same signal a second time, or the deadline, ends it at once with a code that is not 0. So do an exception and
 * a rejection that nobody caught, after they were logged and told to Sentry: what state we are in is not known then.
 */
export function onShutdown(log: Logger, steps: readonly StopStep[], deadlineMs: number): Shutdown {
  let stopping: Promise<never> | undefined;
  const begin = (reason: string): Promise<never> => (stopping ??= stop(log, steps, deadlineMs, reason));

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
  const onBug = (error: unknown) => {
    log.fatal({ err: error }, "a bug; ending at once");
    reportError(error, { where: "nobody caught it", isFatal: true });
    exitTold(1);
  };
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);
  return { begin };
}

async function stop(
  log: Logger,
  steps: readonly StopStep[],
  deadlineMs: number,
  reason: string,
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
  process.exit(failed ? 1 : 0);
}
