import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { demandVersion, InvalidInputError } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { statement } from "../operation.js";
import { demandAudience } from "./audience.js";
import { campaignTarget, stepFacts } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { CampaignFields, stepIssues } from "./campaign.inputs.js";
import { demandSenders } from "./campaign-senders.js";
import { demandZone } from "./demand-zone.js";
import { demandEditable } from "./campaign.lifecycle.js";
import { editLive } from "./edit-live.js";
import { matchSteps, writeSteps } from "./match-steps.js";
import { findSteps } from "./step.entity.js";

const { name, fromName, fromEmail, replyTo, postalAddress, schedule, stopRules, steps, audience, senderIds } =
  CampaignFields;

const LOCK = statement<object>(
  "lock_campaign_to_edit",
  "select from campaign where id = $1 and tenant_id = $2 for no key update",
);

/**
 * Edits a draft, or a campaign that runs or is paused; what is left out stays. With expectedVersion an edit of somebody else
 * is not overwritten. What runs gets its next version (see editLive): wording, sender's name and addresses, schedule,
 * delays, stop rules, steps at the end; not the audience.
 * Writes campaign, step and campaign_version; emits campaign.updated with the fields that changed; enqueues campaigns.plan
 * for what runs. Throws INVALID_TRANSITION in any other state, CONFLICT with both versions, BAD_USER_INPUT, for what runs
 * CAMPAIGN_NOT_READY as a launch does.
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
    // Not for update: lanes that plan a next step only need that it stays.
    await op.query(LOCK, [campaignId, op.tenantId]);
    const campaign = await op.load(Campaign, "campaign", campaignId);
    demandEditable(campaign);
    demandVersion("campaign", campaign.version, expectedVersion);
    const fields = Object.fromEntries(
      Object.entries(wanted).filter(([, value]) => value !== undefined),
    ) as Partial<Campaign>;
    const issues = await stepIssues(steps ?? []);
    if (issues.length > 0) throw new InvalidInputError(issues);
    await demandZone(op, fields.schedule);
    if (campaign.status !== "DRAFT") {
      await editLive(op, campaign, fields, steps);
      return { campaignId };
    }
    if (fields.senderIds) await demandSenders(op, fields.senderIds);
    if (fields.audience) await demandAudience(op, fields.audience, campaign.teamId ?? null);
    const changes = changesBetween<Campaign>(campaign, fields);
    Object.assign(campaign, fields, {
      version: campaign.version + 1,
      updatedAt: op.now,
      updatedBy: selfOf(op),
    });
    if (steps) {
      const before = await findSteps(op, campaignId);
      changes.push(...changesBetween<object>({ steps: stepFacts(before) }, { steps: stepFacts(steps) }));
      await writeSteps(op, campaignId, matchSteps(before, steps, false));
    }
    await op.emit("campaign.updated", { targets: [campaignTarget(campaign)], changes });
    return { campaignId };
  },
});
