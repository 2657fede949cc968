import { campaignChannel, type CampaignHint } from "#domain/channels.js";
import { FIRST_BATCH, planAudience, planOverdue, type PlannedBatch } from "#domain/campaigns/index.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobRun } from "../job-handler.js";

/**
 * Writes the audience of a launched campaign down, batch by batch; the first mails leave while the last are planned. Then what
 * was chosen for overdue mail is carried out.
 */
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
  for (let moved = 0; ;) {
    signal.throwIfAborted();
    const count = await op.run(planOverdue, { campaignId });
    if (count === 0) break;
    moved += count;
    bus.publish(campaignChannel(campaignId), { campaignId, messageId: null } satisfies CampaignHint);
    await progress({ planned, moved });
  }
  return done;
}
