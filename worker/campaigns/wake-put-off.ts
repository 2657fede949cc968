import type { Id } from "#domain/ids.js";
import { done, snooze, type Outcome } from "#domain/jobs/outcome.js";
import { FIRST_PUT_OFF, wakeBatch, type PutOff } from "#domain/senders/index.js";
import type { JobRun } from "../job-handler.js";

/** Seconds; somebody else was just at a message. */
const AGAIN_AFTER = 2;

/** Wakes what was put off, a batch a transaction; releaseDue hands it to the lanes. Begun anew it passes over what is awake. */
export async function wakePutOffHandler({
  op,
  payload,
  signal,
  progress,
  log,
}: JobRun<PutOff>): Promise<Outcome> {
  let [woken, passedOver] = [0, 0];
  for (const reason of payload.reasons) {
    let after: Id | null = FIRST_PUT_OFF;
    while (after !== null) {
      signal.throwIfAborted();
      const batch = await wakeBatch(op, payload, reason, after);
      woken += batch.woken;
      passedOver += batch.passedOver;
      after = batch.last;
      if (batch.woken > 0) await progress({ woken });
    }
  }
  if (woken > 0) log.info({ woken }, "mail that was put off looks again");
  return passedOver > 0 ? snooze(AGAIN_AFTER) : done;
}
