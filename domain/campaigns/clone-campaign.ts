import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { invalid } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { usableSenders } from "./campaign-senders.js";
import { fitAudience } from "./audience.js";
import { campaignFacts, campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { addSteps } from "./create-campaign.js";
import { findSteps } from "./step.entity.js";

const LONGEST_NAME = 120;
const OPEN_TEAM = statement<object>(
  "team_of_clone",
  "select from team where tenant_id = $1 and id = $2 and archived_at is null for key share",
);

export interface Clone {
  readonly campaignId: Id;
  /** Lists and leads of the original that are gone, or not the caller's to mail. */
  readonly leftOut: number;
}

/**
 * Makes a draft with the same steps, sender, audience and team as a campaign of any state; nobody is enrolled in it. Of the
 * audience is taken over what a new campaign of the caller may name.
 * Writes campaign and step; emits campaign.created with both campaigns; enqueues nothing.
 * Throws BAD_USER_INPUT where its team is archived.
 */
export const cloneCampaign = command({
  name: "cloneCampaign",
  permission: "campaign:create",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.created"),
  async run(op, { campaignId: sourceId }): Promise<Clone> {
    const source = await op.load(Campaign, "campaign", sourceId);
    const teamId = source.teamId ?? null;
    await demandOpenTeam(op, source);
    const { audience, leftOut } = await fitAudience(op, source.audience, teamId);
    const { category, fromName, fromEmail, replyTo, postalAddress, trackOpens, trackClicks } = source;
    const schedule = source.schedule ?? null;
    const { stopRules } = source;
    const sender = { fromName, fromEmail, replyTo, postalAddress, trackOpens, trackClicks };
    const senderIds = (await usableSenders(op, source.senderIds)).map(({ id }) => id);
    const fields = {
      ...sender,
      senderIds,
      name: nameOfCopy(source.name),
      schedule,
      stopRules,
      audience,
      teamId,
    };
    const campaignId = newId();
    const [own, times] = [
      { id: campaignId, tenantId: op.tenantId, createdBy: selfOf(op), version: 1 },
      { createdAt: op.now, updatedAt: op.now },
    ];
    op.em.create(Campaign, { ...own, ...fields, ...times, category, status: "DRAFT" }, { persist: true });
    await op.em.flush();
    const steps = await findSteps(op, sourceId);
    addSteps(
      op,
      campaignId,
      steps.map((step) => ({ ...step, text: step.text ?? null })),
    );
    await op.emit("campaign.created", {
      targets: [campaignTarget({ id: campaignId, name: fields.name }), campaignTarget(source)],
      reasonCode: "COPIED",
      changes: [
        { field: "copyOf", before: null, after: source.name },
        ...changesBetween({}, campaignFacts(fields, steps)),
      ],
    });
    return { campaignId, leftOut };
  },
});

function nameOfCopy(name: string): string {
  const copy = `Copy of ${name}`;
  return copy.length <= LONGEST_NAME ? copy : `${copy.slice(0, LONGEST_NAME - 1).trimEnd()}…`;
}

async function demandOpenTeam(op: UnitOfWork, { id, teamId }: Campaign): Promise<void> {
  if (teamId == null || (await op.query(OPEN_TEAM, [op.tenantId, teamId])).length > 0) return;
  throw invalid(
    ["id"],
    "team",
    "The team of this campaign is archived: a copy would be nobody's to send.",
    id,
  );
}
