import { campaignChannel, type CampaignHint } from "#domain/channels.js";
import { FIRST_BATCH, planAudience, type PlannedBatch } from "#domain/campaigns/index.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobRun } from "../job-handler.js";

/** Writes the audience of a launched campaign down, batch by batch; the first mails leave while the last are planned. */
export async function planHandler(run: JobRun<{ campaignId: string }>): Promise<Outcome> {
  const { op, payload, bus, signal, progress } = run;
  const { campaignId } = payload;
  let after: string | null = FIRST_BATCH;
  let planned = 0;
  while (after !== null) {
    signal.throwIfAborted();
    const batch: PlannedBatch = await op.run(planAudience, { campaignId, after });
    planned += batch.queued;
    after = batch.last;
    bus.publish(campaignChannel(campaignId), { campaignId, messageId: null } satisfies CampaignHint);
    await progress({ planned });
  }
  return done;
}
