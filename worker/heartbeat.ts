import { beat, recordStop, type WorkerFacts } from "#domain/jobs/workers.queries.js";
import type { Reader } from "#domain/operation.js";
import { EventLoopMeter } from "#platform/health/machine.js";
import type { Logger } from "#platform/logger.js";
import { repeat } from "#platform/repeat.js";

const EVERY_MS = 5_000;

export interface Heartbeat {
  /** Ends with a note that this worker has stopped in order. */
  stop(): Promise<void>;
}

/** How many places it has, and how many of them are busy. */
export interface Occupancy {
  readonly lanes: number;
  readonly busyLanes: number;
  /** How long what it has begun has not moved. */
  readonly stalledSeconds: number;
}

/** "I am alive, with this load", every five seconds. Whoever is silent for 15 seconds is lost. */
export function startHeartbeat(
  reader: Reader,
  worker: WorkerFacts,
  occupancy: () => Occupancy,
  log: Logger,
): Heartbeat {
  const eventLoop = new EventLoopMeter();
  const cpuPercent = cpuGauge();
  const beating = repeat(
    "the heartbeat",
    async () => {
      await beat(reader, worker, {
        ...occupancy(),
        cpuPercent: cpuPercent(),
        memoryBytes: process.memoryUsage.rss(),
        eventLoopP99Ms: eventLoop.measure(),
      });
      return EVERY_MS;
    },
    log,
  );
  return {
    async stop() {
      await beating.stop();
      eventLoop.stop();
      await recordStop(reader, worker.id);
    },
  };
}

/** Of one core, between two calls. */
function cpuGauge(): () => number {
  let [usage, at] = [process.cpuUsage(), performance.now()];
  return () => {
    const { user, system } = process.cpuUsage(usage);
    const passedMs = performance.now() - at;
    [usage, at] = [process.cpuUsage(), performance.now()];
    return passedMs < 1 ? 0 : (user + system) / 10 / passedMs;
  };
}
