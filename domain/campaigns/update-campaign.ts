import * as v from "valibot";
import { command } from "../command.js";
import { demandVersion, InvalidInputError } from "../errors.js";
import { changesBetween } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { demandAudience } from "./audience.js";
import { Campaign } from "./campaign.entity.js";
import { CampaignFields, stepIssues } from "./campaign.inputs.js";
import { demandDraft } from "./campaign.lifecycle.js";
import { addSteps } from "./create-campaign.js";
import { Step } from "./step.entity.js";

const { name, fromName, fromEmail, replyTo, postalAddress, steps, audience } = CampaignFields;

/**
 * Edits a draft; what is left out stays. With expectedVersion an edit of somebody else is not overwritten.
 * Writes campaign and step; emits campaign.updated with the fields that changed; enqueues nothing.
 * Throws INVALID_TRANSITION when it is no draft any more, CONFLICT with both versions, BAD_USER_INPUT.
 */
export const updateCampaign = command({
  name: "updateCampaign",
  permission: "campaign:update",
  input: v.object({
    campaignId: IdSchema,
    expectedVersion: v.nullish(v.number()),
    ...v.partial(v.object({ name, fromName, fromEmail, replyTo, postalAddress, steps, audience })).entries,
  }),
  async run(op, { campaignId, expectedVersion, steps, ...wanted }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    demandDraft(campaign, "edited");
    demandVersion("campaign", campaign.version, expectedVersion);
    const fields = Object.fromEntries(
      Object.entries(wanted).filter(([, value]) => value !== undefined),
    ) as Partial<Campaign>;
    if (fields.audience) await demandAudience(op, fields.audience, campaign.teamId ?? null);
    const issues = stepIssues(steps ?? []);
    if (issues.length > 0) throw new InvalidInputError(issues);
    const changes = changesBetween<Campaign>(campaign, fields);
    Object.assign(campaign, fields, { version: campaign.version + 1, updatedAt: op.now });
    if (steps) {
      await op.em.nativeDelete(Step, { campaignId, tenantId: op.tenantId });
      addSteps(op, campaignId, steps);
      changes.push({ field: "steps", before: null, after: steps.map((step) => step.subject) });
    }
    await op.emit("campaign.updated", { targets: [{ type: "campaign", id: campaignId }], changes });
    return { campaignId };
  },
});
