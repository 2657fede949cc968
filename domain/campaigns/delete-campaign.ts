import * as v from "valibot";
import { command } from "../command.js";
import { IdSchema, type Id } from "../ids.js";
import { Campaign } from "./campaign.entity.js";
import { demandDraft } from "./campaign.lifecycle.js";
import { Step } from "./step.entity.js";

/**
 * Deletes a draft. What was launched is never deleted: it is the record of who was mailed.
 * Writes campaign and step; emits campaign.deleted with its name; enqueues nothing. Throws INVALID_TRANSITION.
 */
export const deleteCampaign = command({
  name: "deleteCampaign",
  permission: "campaign:delete",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    demandDraft(campaign, "deleted");
    await op.em.nativeDelete(Step, { campaignId, tenantId: op.tenantId });
    await op.em.nativeDelete(Campaign, { id: campaignId, tenantId: op.tenantId });
    const changes = [{ field: "name", before: campaign.name, after: null }];
    op.em.clear();
    await op.emit("campaign.deleted", { targets: [{ type: "campaign", id: campaignId }], changes });
    return { campaignId };
  },
});
