import { campaignChannel, type CampaignHint } from "#domain/channels.js";
import {
  FIRST_BATCH,
  planAudience,
  planEdited,
  planOverdue,
  type PlannedBatch,
} from "#domain/campaigns/index.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobRun } from "../job-handler.js";

/**
 * Plans what an edit has changed anew, writes the audience of a launched campaign down, and carries out what was chosen for
 * overdue mail, each batch by batch; the first mails leave while the last are planned.
 */
export async function planHandler(run: JobRun<{ campaignId: string }>): Promise<Outcome> {
  const { op, payload, bus, signal, progress } = run;
  const { campaignId } = payload;
  const told = () =>
    bus.publish(campaignChannel(campaignId), { campaignId, messageId: null } satisfies CampaignHint);
  let moved = 0;
  const all = async (plan: typeof planEdited | typeof planOverdue) => {
    for (;;) {
      signal.throwIfAborted();
      const count = await op.run(plan, { campaignId });
      if (count === 0) return;
      moved += count;
      told();
      await progress({ planned, moved });
    }
  };
  let after: string | null = FIRST_BATCH;
  let planned = 0;
  while (after !== null) {
    // An edit may come between any two batches; what it changes goes before new leads.
    await all(planEdited);
    signal.throwIfAborted();
    const batch: PlannedBatch = await op.run(planAudience, { campaignId, after });
    planned += batch.queued;
    after = batch.last;
    told();
    await progress({ planned });
  }
  await all(planOverdue);
  return done;
}
