import { wakeEnrollments } from "#domain/enrollments/index.js";
import { releaseDueMessages, skipSuppressedMessages } from "#domain/emails/index.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobRun } from "../job-handler.js";
import { launchDue } from "./launch-due.js";

const BATCH = 1000;

/**
 * Takes off the ledger what waits for people who have been suppressed, lets leads go on whose rest is over, hands follow-ups
 * that have become due to the lanes, and launches campaigns whose time has come; what is left over is the next minute's.
 */
export async function releaseDueHandler(run: JobRun<{ fireAt: string }>): Promise<Outcome> {
  const { op, signal, progress, log } = run;
  const skipped = (await skipSuppressedMessages(op)).length;
  if (skipped > 0) log.info({ skipped }, "messages to suppressed addresses skipped");
  while ((await wakeEnrollments(op, BATCH)) === BATCH && !signal.aborted);
  let released = 0;
  for (;;) {
    const ids = await releaseDueMessages(op, BATCH);
    released += ids.length;
    if (ids.length < BATCH || signal.aborted) break;
  }
  if (released > 0) {
    await progress({ released });
    log.info({ released }, "follow-ups released");
  }
  await launchDue(run);
  return done;
}
