import type { Bus } from "#domain/channels.js";
import { databaseClock } from "#domain/jobs/schedule.queries.js";
import { MOST_CRASHES, sweepLeases } from "#domain/jobs/sweep.queries.js";
import type { Reader } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import { reportError } from "#platform/sentry.js";
import { tellPeople, tellJob } from "./job-news.js";

const EVERY_MS = 1_000;

export interface SweepParts {
  readonly database: Reader;
  readonly bus: Bus;
  readonly log: Logger;
}

/** For reports: nothing was thrown where it could be caught. */
class JobQuarantined extends Error {
  constructor(type: string) {
    super(`${type} ended its worker ${MOST_CRASHES} times and is not tried again`);
  }
}

/** No round for so long: the database was away, or this process was frozen. */
const SILENCE_MS = 5_000;
/** Longer than the workers take to give their signs of life again (a third of a lease). */
const CALM_MS = 20_000;

/**
 * Rounds of taking back jobs. While the database was away nobody could give a sign of life: after a silence the living
 * are given time to, or each outage would make suspects of all that runs.
 */
export function openSweep(parts: SweepParts, calmMs = CALM_MS): () => Promise<number> {
  let seenAt: number | null = null;
  let calmFrom = 0;
  return async () => {
    const at = await databaseClock(parts.database);
    const now = at.getTime();
    if (seenAt !== null && now - seenAt > SILENCE_MS) {
      calmFrom = now + calmMs;
      parts.log.warn(
        { seconds: (now - seenAt) / 1_000 },
        "nothing was heard of the database; leases are not swept yet",
      );
    }
    seenAt = now;
    return now < calmFrom ? EVERY_MS : sweepOnce(parts, at);
  };
}

/**
 * One round of taking back jobs whose worker died. bee-queue would hand such a job out again for ever, one worker
 * after another going down with it; here the third time is the last.
 * @returns milliseconds until the next round
 */
export async function sweepOnce(parts: SweepParts, at: Date | null = null): Promise<number> {
  const { database, bus, log } = parts;
  for (const swept of await sweepLeases(database, at)) {
    const { id, type, state, crashes } = swept;
    tellJob(bus, swept);
    if (state === "FAILED") {
      log.error({ job: id, type, crashes }, "a job is quarantined: it ended its worker");
      reportError(new JobQuarantined(type), { job: swept, request: { requestId: id, jobId: id } });
      tellPeople(bus, swept.told);
    } else log.warn({ job: id, type, crashes }, "a job lost its worker; it is tried again");
  }
  return EVERY_MS;
}
