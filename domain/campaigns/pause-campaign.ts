import * as v from "valibot";
import { command } from "../command.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { move } from "./campaign.lifecycle.js";

/**
 * Stops a running campaign: nothing is claimed after the commit, and what a lane has claimed but not begun goes back.
 * Mail whose DATA has begun may still leave; `inFlight` counts it. Pausing twice changes nothing.
 * Writes campaign.status; emits campaign.paused; enqueues nothing. Throws INVALID_TRANSITION.
 */
export const pauseCampaign = command({
  name: "pauseCampaign",
  permission: "campaign:pause",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.paused", "campaign", "campaignId"),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status === "PAUSED") return { campaignId };
    const before = move(campaign, "paused");
    Object.assign(campaign, { pausedAt: op.now, updatedAt: op.now });
    await op.emit("campaign.paused", {
      targets: [campaignTarget(campaign)],
      changes: [{ field: "status", before, after: "PAUSED" }],
    });
    return { campaignId };
  },
});
