import * as v from "valibot";
import { command } from "../command.js";
import { attempted, changesToNothing } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { campaignFacts, campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { demandDraft } from "./campaign.lifecycle.js";
import { findSteps, Step } from "./step.entity.js";

/**
 * Deletes a draft. What was launched is never deleted: it is the record of who was mailed.
 * Writes campaign and step; emits campaign.deleted with what it was; enqueues nothing. Throws INVALID_TRANSITION.
 */
export const deleteCampaign = command({
  name: "deleteCampaign",
  permission: "campaign:delete",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.deleted", "campaign", "campaignId"),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    demandDraft(campaign, "deleted");
    const changes = changesToNothing(campaignFacts(campaign, await findSteps(op, campaignId)));
    await op.em.nativeDelete(Step, { campaignId, tenantId: op.tenantId });
    await op.em.nativeDelete(Campaign, { id: campaignId, tenantId: op.tenantId });
    op.em.clear();
    await op.emit("campaign.deleted", { targets: [campaignTarget(campaign)], changes });
    return { campaignId };
  },
});
