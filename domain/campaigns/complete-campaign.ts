import * as v from "valibot";
import { command } from "../command.js";
import { IdSchema } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { hasOpenMessages } from "./campaign-messages.queries.js";
import { move } from "./campaign.lifecycle.js";

/**
 * Completes a running campaign whose audience is written down and of whose messages none is still to be sent. What is
 * UNCERTAIN stays listed as such and does not hold it open. Answers whether it was completed.
 * Writes campaign; emits campaign.completed; enqueues nothing.
 */
export const completeCampaign = command({
  name: "completeCampaign",
  permission: "internal",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<{ completed: boolean }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status !== "RUNNING" || !campaign.plannedAt) return { completed: false };
    if (await hasOpenMessages(op, campaignId)) return { completed: false };
    const before = move(campaign, "completed");
    Object.assign(campaign, { completedAt: op.now, updatedAt: op.now });
    await op.emit("campaign.completed", {
      targets: [campaignTarget(campaign)],
      changes: [{ field: "status", before, after: "COMPLETED" }],
    });
    return { completed: true };
  },
});
