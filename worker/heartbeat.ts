import { beat, recordStop, type WorkerFacts } from "#domain/jobs/workers.queries.js";
import type { Reader } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import { repeat } from "./repeat.js";

const EVERY_MS = 5_000;

export interface Heartbeat {
  /** Ends with a note that this worker has stopped in order. */
  stop(): Promise<void>;
}

/** "I am alive, with this load", every five seconds. Whoever is silent for 15 seconds is lost. */
export function startHeartbeat(
  reader: Reader,
  worker: WorkerFacts,
  busyLanes: () => number,
  log: Logger,
): Heartbeat {
  const beating = repeat(
    "the heartbeat",
    async () => {
      await beat(reader, worker, busyLanes());
      return EVERY_MS;
    },
    log,
  );
  return {
    async stop() {
      await beating.stop();
      await recordStop(reader, worker.id);
    },
  };
}
