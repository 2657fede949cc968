import * as v from "valibot";
import { command } from "../command.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { move } from "./campaign.lifecycle.js";

/**
 * Puts a campaign that has ended out of the way: it can be read for ever, and cloned. Archiving twice changes nothing.
 * Writes campaign.status; emits campaign.archived; enqueues nothing. Throws INVALID_TRANSITION.
 */
export const archiveCampaign = command({
  name: "archiveCampaign",
  permission: "campaign:delete",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.archived", "campaign", "campaignId"),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status === "ARCHIVED") return { campaignId };
    const before = move(campaign, "archived");
    campaign.updatedAt = op.now;
    await op.emit("campaign.archived", {
      targets: [campaignTarget(campaign)],
      changes: [{ field: "status", before, after: "ARCHIVED" }],
    });
    return { campaignId };
  },
});
