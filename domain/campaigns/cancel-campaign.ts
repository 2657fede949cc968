import * as v from "valibot";
import { command } from "../command.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { statement } from "../operation.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { cancelMessages } from "./campaign-messages.queries.js";
import { move, standingFacts } from "./campaign.lifecycle.js";

/** Within this transaction a statement may take longer than a request's usual limit: a large audience is one set. */
const PATIENCE = statement<object>("cancel_patience", "select set_config('statement_timeout', '60s', true)");

/**
 * Ends a campaign for good: what has not left will not leave, and the accounting says so.
 * Writes campaign, message and enrollment; emits campaign.cancelled; enqueues nothing. Throws INVALID_TRANSITION.
 */
export const cancelCampaign = command({
  name: "cancelCampaign",
  permission: "campaign:pause",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.cancelled", "campaign", "campaignId"),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status === "CANCELLED") return { campaignId };
    const before = standingFacts(campaign);
    move(campaign, "cancelled");
    campaign.updatedAt = op.now;
    await op.query(PATIENCE);
    await cancelMessages(op, campaignId);
    await op.emit("campaign.cancelled", {
      targets: [campaignTarget(campaign)],
      changes: changesBetween(before, standingFacts(campaign)),
    });
    return { campaignId };
  },
});
