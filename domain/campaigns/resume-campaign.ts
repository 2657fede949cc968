import * as v from "valibot";
import { command } from "../command.js";
import { sendStep } from "../emails/index.js";
import { IdSchema, type Id } from "../ids.js";
import { Campaign } from "./campaign.entity.js";
import { planCampaign } from "./campaigns.jobs.js";
import { move } from "./campaign.lifecycle.js";

/** What happens to mail that became due during the pause: CATCH_UP sends it at once. */
export const OVERDUE_POLICIES = ["CATCH_UP"] as const;

/**
 * Lets a paused campaign go on with exactly the rest: every recipient's place is a row of the ledger.
 * Writes campaign.status; emits campaign.resumed; enqueues campaigns.plan when the audience was not yet written down,
 * and wakes the lanes. Resuming twice changes nothing. Throws INVALID_TRANSITION.
 */
export const resumeCampaign = command({
  name: "resumeCampaign",
  permission: "campaign:launch",
  input: v.object({ campaignId: IdSchema, overduePolicy: v.nullish(v.picklist(OVERDUE_POLICIES)) }),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status === "RUNNING") return { campaignId };
    const before = move(campaign, "resumed");
    Object.assign(campaign, { pausedAt: null, updatedAt: op.now });
    await op.emit("campaign.resumed", {
      targets: [{ type: "campaign", id: campaignId }],
      changes: [{ field: "status", before, after: "RUNNING" }],
    });
    if (campaign.plannedAt) await op.enqueue(sendStep, { campaignId });
    else await op.enqueue(planCampaign, { campaignId });
    return { campaignId };
  },
});
