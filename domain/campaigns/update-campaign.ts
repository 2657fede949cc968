import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { demandVersion, InvalidInputError } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { demandAudience } from "./audience.js";
import { campaignTarget, stepFacts } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { CampaignFields, stepIssues } from "./campaign.inputs.js";
import { demandSenders } from "./campaign-senders.js";
import { demandZone } from "./demand-zone.js";
import { demandDraft } from "./campaign.lifecycle.js";
import { addSteps } from "./create-campaign.js";
import { findSteps, Step } from "./step.entity.js";

const { name, fromName, fromEmail, replyTo, postalAddress, schedule, stopRules, steps, audience, senderIds } =
  CampaignFields;

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
    ...v.partial(
      v.object({
        name,
        fromName,
        fromEmail,
        replyTo,
        postalAddress,
        schedule,
        stopRules,
        steps,
        audience,
        senderIds,
      }),
    ).entries,
  }),
  audits: attempted("campaign.updated", "campaign", "campaignId"),
  async run(op, { campaignId, expectedVersion, steps, ...wanted }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    demandDraft(campaign, "edited");
    demandVersion("campaign", campaign.version, expectedVersion);
    const fields = Object.fromEntries(
      Object.entries(wanted).filter(([, value]) => value !== undefined),
    ) as Partial<Campaign>;
    await demandZone(op, fields.schedule);
    if (fields.senderIds) await demandSenders(op, fields.senderIds);
    if (fields.audience) await demandAudience(op, fields.audience, campaign.teamId ?? null);
    const issues = stepIssues(steps ?? []);
    if (issues.length > 0) throw new InvalidInputError(issues);
    const changes = changesBetween<Campaign>(campaign, fields);
    Object.assign(campaign, fields, {
      version: campaign.version + 1,
      updatedAt: op.now,
      updatedBy: selfOf(op),
    });
    if (steps) {
      const before = await findSteps(op, campaignId);
      changes.push(...changesBetween<object>({ steps: stepFacts(before) }, { steps: stepFacts(steps) }));
      await op.em.nativeDelete(Step, { campaignId, tenantId: op.tenantId });
      addSteps(op, campaignId, steps);
    }
    await op.emit("campaign.updated", { targets: [campaignTarget(campaign)], changes });
    return { campaignId };
  },
});
