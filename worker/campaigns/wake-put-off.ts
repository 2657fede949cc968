import { campaignsUnderLimits, planForLimits } from "#domain/campaigns/index.js";
import type { Id } from "#domain/ids.js";
import { done, snooze, type Outcome } from "#domain/jobs/outcome.js";
import { FIRST_PUT_OFF, wakeBatch, type PutOff } from "#domain/senders/index.js";
import type { JobRun } from "../job-handler.js";

/** Seconds; somebody else was just at a message, or at a campaign. */
const AGAIN_AFTER = 2;

/**
 * Has campaigns planned anew whose limits have changed, then wakes what was put off, a batch a transaction; releaseDue hands it to the
 * lanes. Begun anew it passes over what is done.
 */
export async function wakePutOffHandler(run: JobRun<PutOff>): Promise<Outcome> {
  const busy = run.payload.isPlannedAnew ? await planAnew(run) : 0;
  const passedOver = await wake(run);
  return busy + passedOver > 0 ? snooze(AGAIN_AFTER) : done;
}

/** @returns how many campaigns are to be asked again */
async function planAnew({ op, payload, signal, log }: JobRun<PutOff>): Promise<number> {
  const { senderId, before } = payload;
  const campaignIds = await campaignsUnderLimits(op, senderId, before);
  let busy = 0;
  for (const campaignId of campaignIds) {
    signal.throwIfAborted();
    if (!(await op.run(planForLimits, { campaignId, change: before }))) busy += 1;
  }
  if (campaignIds.length > 0)
    log.info({ campaigns: campaignIds.length, busy }, "planned anew after a change of limits");
  return busy;
}

async function wake({ op, payload, signal, progress, log }: JobRun<PutOff>): Promise<number> {
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
  return passedOver;
}
