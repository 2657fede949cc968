import * as v from "valibot";
import { command } from "../command.js";
import { IdSchema } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { hasOpenMessages } from "./campaign-messages.queries.js";
import { reopen } from "./campaign.lifecycle.js";

/**
 * Lets a campaign that had completed go on, because a lane has said late what became of a mail that was UNCERTAIN: the next
 * step of its lead is to be sent, or the mail itself. Answers whether there was anything.
 * Writes campaign; emits campaign.resumed; enqueues nothing: the lanes look by themselves.
 */
export const reopenCampaign = command({
  name: "reopenCampaign",
  permission: "internal",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<{ reopened: boolean }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status !== "COMPLETED" || !(await hasOpenMessages(op, campaignId)))
      return { reopened: false };
    reopen(campaign);
    campaign.updatedAt = op.now;
    await op.emit("campaign.resumed", {
      targets: [campaignTarget(campaign)],
      changes: [{ field: "status", before: "COMPLETED", after: "RUNNING" }],
      reasonCode: "ANSWERED_LATE",
    });
    return { reopened: true };
  },
});
