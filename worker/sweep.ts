import type { Bus } from "#domain/channels.js";
import { MOST_CRASHES, sweepLeases, watchLeases } from "#domain/jobs/sweep.queries.js";
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

/** No round of any worker for so long: the database was away, or all of them were. */
const SILENCE_MS = 5_000;
/** Longer than the workers take to give their signs of life again (a second, worker/lease.ts), also on a busy machine. */
const CALM_MS = 20_000;

/**
 * Rounds of taking back jobs. While the database was away nobody could give a sign of life: after a silence the living
 * are given time to, or each outage would make suspects of all that runs. A worker that starts just then has seen no
 * silence, so the database itself keeps what was heard of it.
 */
export function openSweep(parts: SweepParts, calmMs = CALM_MS): () => Promise<number> {
  let wasCalm = false;
  return async () => {
    const { at, isCalm } = await watchLeases(parts.database, SILENCE_MS, calmMs);
    if (isCalm && !wasCalm) parts.log.warn("no worker heard of the database; leases are not swept yet");
    wasCalm = isCalm;
    return isCalm ? EVERY_MS : sweepOnce(parts, at);
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
