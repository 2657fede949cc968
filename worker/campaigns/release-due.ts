import { releaseDueMessages } from "#domain/emails/index.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobRun } from "../job-handler.js";

const BATCH = 1000;

/** Hands follow-ups that have become due to the lanes; what is left over is the next minute's. */
export async function releaseDueHandler({
  op,
  signal,
  progress,
  log,
}: JobRun<{ fireAt: string }>): Promise<Outcome> {
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
  return done;
}
