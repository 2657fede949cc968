import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { InvalidInputError, type InputIssue } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { newId, type Id } from "../ids.js";
import type { UnitOfWork } from "../operation.js";
import { owningTeam } from "../teams/index.js";
import { demandAudience } from "./audience.js";
import { campaignFacts, campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { CampaignFields, stepIssues, type StepInput } from "./campaign.inputs.js";
import { demandSenders } from "./campaign-senders.js";
import { demandZone } from "./demand-zone.js";
import { Step } from "./step.entity.js";

/**
 * Makes a draft; nothing is sent before it is launched.
 * Writes campaign and step; emits campaign.created; enqueues nothing.
 * Throws BAD_USER_INPUT, also for templates that do not parse and for lists or leads that are not there.
 */
export const createCampaign = command({
  name: "createCampaign",
  permission: "campaign:create",
  input: v.object(CampaignFields),
  audits: attempted("campaign.created"),
  async run(op, { steps, teamId: wantedTeam, ...fields }): Promise<{ campaignId: Id }> {
    const issues = [...(await stepIssues(steps)), ...namedSteps(steps)];
    if (issues.length > 0) throw new InvalidInputError(issues);
    const teamId = await owningTeam(op, wantedTeam);
    await demandAudience(op, fields.audience, teamId);
    await demandZone(op, fields.schedule);
    await demandSenders(op, fields.senderIds);
    const campaignId = newId();
    const times = { createdAt: op.now, updatedAt: op.now };
    op.em.create(
      Campaign,
      {
        id: campaignId,
        tenantId: op.tenantId,
        teamId,
        category: "MARKETING",
        status: "DRAFT",
        version: 1,
        createdBy: selfOf(op),
        ...fields,
        ...times,
      },
      { persist: true },
    );
    await op.em.flush();
    addSteps(op, campaignId, steps);
    await op.emit("campaign.created", {
      targets: [campaignTarget({ id: campaignId, name: fields.name })],
      changes: changesBetween({}, campaignFacts({ ...fields, teamId }, steps)),
    });
    return { campaignId };
  },
});

/** A step that is new has no id yet. */
const namedSteps = (steps: readonly StepInput[]): InputIssue[] =>
  steps.flatMap(({ id }, at) =>
    id == null
      ? []
      : [{ path: ["steps", String(at), "id"], rule: "exists", message: "The campaign has no such step." }],
  );

export function addSteps(op: UnitOfWork, campaignId: Id, steps: readonly StepInput[]): void {
  steps.forEach((step, at) =>
    op.em.create(
      Step,
      {
        id: newId(),
        tenantId: op.tenantId,
        campaignId,
        position: at + 1,
        delayMinutes: step.delayMinutes,
        delayBusinessDays: step.delayBusinessDays,
        subject: step.subject,
        html: step.html,
        text: step.text,
        variants: step.variants.map((variant) => ({ ...variant })),
      },
      { persist: true },
    ),
  );
}
