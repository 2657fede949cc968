import { forgetHealth } from "#domain/health/index.js";
import { findMonthsOver } from "#domain/audit/months.queries.js";
import { purgeAuditMonth } from "#domain/audit/purge-month.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import { forgetJobs, forgetScheduleRuns, forgetWorkers } from "#domain/jobs/retention.queries.js";
import type { Reader } from "#domain/operation.js";
import { forgetExpiredKeys } from "#platform/database/idempotency.js";
import type { JobRun } from "../job-handler.js";

/** So many rows in one statement, so that none of them takes long. */
const BATCH = 5_000;

/** What is kept for a time only. Each deletes at most so many of what is over of a table, and tells how many. */
const FORGET: Readonly<Record<string, (reader: Reader, most: number) => Promise<number>>> = {
  keys: forgetExpiredKeys,
  jobs: forgetJobs,
  scheduleRuns: forgetScheduleRuns,
  workers: forgetWorkers,
  health: forgetHealth,
};

/** Deletes what is kept for a time only, batch by batch; running it again begins where it stopped. */
export async function cleanupHandler({ op, signal, progress }: JobRun<{ fireAt: string }>): Promise<Outcome> {
  const counts: Record<string, number> = {};
  for (const [name, forget] of Object.entries(FORGET)) {
    counts[name] = 0;
    for (let last = BATCH; last >= BATCH;) {
      signal.throwIfAborted();
      last = await forget(op, BATCH);
      counts[name] += last;
      await progress(counts);
    }
  }
  // Last: a month that must not go fails the run, after the rest was done.
  for (const month of await findMonthsOver(op)) {
    signal.throwIfAborted();
    const { entries } = await op.run(purgeAuditMonth, { month });
    counts.auditEntries = (counts.auditEntries ?? 0) + entries;
    await progress(counts);
  }
  return done;
}
