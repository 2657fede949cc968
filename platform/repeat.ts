import type { Logger } from "./logger.js";
import { reportError } from "./sentry.js";
import { isPassing } from "./until-back.js";

/** Work that is done again and again until it is stopped. */
export interface Repetition {
  /** Next round now; during a round: right after it. */
  wake(): void;
  /** Ends after the round at hand. */
  stop(): Promise<void>;
}

const AFTER_FAILURE_MS = 500;

/**
 * Starts at once. A round that fails is repeated; a row of failures is logged when it begins and, with its length,
 * when it is over.
 * @param round resolves with the milliseconds until the next one
 */
export function repeat(name: string, round: () => Promise<number>, log: Logger): Repetition {
  const state = { isStopping: false, isWoken: false, endPause: () => {} };
  let failingSince: number | null = null;

  const guarded = async (): Promise<number> => {
    try {
      const pauseMs = await round();
      if (failingSince !== null) {
        const seconds = Math.round((performance.now() - failingSince) / 100) / 10;
        log.info({ seconds }, `${name} works again`);
        failingSince = null;
      }
      return pauseMs;
    } catch (error) {
      if (failingSince === null) {
        log.warn({ err: error }, `${name} failed; trying again`);
        // An outage ends by itself; a bug does not.
        if (!isPassing(error)) reportError(error, { where: name });
      }
      failingSince ??= performance.now();
      return AFTER_FAILURE_MS;
    }
  };

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      state.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = (async () => {
    while (!state.isStopping) {
      state.isWoken = false;
      const pauseMs = await guarded();
      if (!state.isStopping && !state.isWoken) await pause(pauseMs);
    }
  })();

  return {
    wake() {
      state.isWoken = true;
      state.endPause();
    },
    stop() {
      state.isStopping = true;
      state.endPause();
      return run;
    },
  };
}
