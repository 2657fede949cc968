import { sweepLeases } from "#domain/jobs/jobs.queries.js";
import type { Reader } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";

const EVERY_MS = 1_000;

/**
 * One round of taking back jobs whose worker died. bee-queue would hand such a job out again for ever, one worker
 * after another going down with it; here the third time is the last.
 * @returns milliseconds until the next round
 */
export async function sweepOnce(reader: Reader, log: Logger): Promise<number> {
  for (const { id, type, state, crashes } of await sweepLeases(reader)) {
    if (state === "FAILED")
      log.error({ job: id, type, crashes }, "a job is quarantined: it ended its worker");
    else log.warn({ job: id, type, crashes }, "a job lost its worker; it is tried again");
  }
  return EVERY_MS;
}
