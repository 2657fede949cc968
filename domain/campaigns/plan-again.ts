import * as v from "valibot";
import { command } from "../command.js";
import { IdSchema } from "../ids.js";
import { Campaign } from "./campaign.entity.js";
import { planCampaign } from "./campaigns.jobs.js";

/**
 * Sends the planner once more to a running campaign that it has not finished with; what it has written down stays. Answers
 * whether there was something to do. Writes and emits nothing; enqueues campaigns.plan.
 */
export const planAgain = command({
  name: "planAgain",
  permission: "internal",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<boolean> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status !== "RUNNING" || (campaign.plannedAt && !campaign.overdue && !campaign.replan))
      return false;
    await op.enqueue(planCampaign, { campaignId });
    return true;
  },
});
