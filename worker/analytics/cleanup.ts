import { done, type Outcome } from "#domain/jobs/outcome.js";
import { forgetExpiredKeys } from "#platform/database/idempotency.js";
import type { JobRun } from "../job-handler.js";

/** So many rows in one statement, so that none of them takes long. */
const BATCH = 5_000;

/** Deletes idempotency keys whose 24 hours are over; running it again begins where it stopped. */
export async function cleanupHandler({ op, signal, progress }: JobRun<{ fireAt: string }>): Promise<Outcome> {
  let keys = 0;
  for (;;) {
    signal.throwIfAborted();
    const forgotten = await forgetExpiredKeys(op, BATCH);
    keys += forgotten;
    await progress({ keys });
    if (forgotten < BATCH) return done;
  }
}
