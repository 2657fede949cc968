import * as v from "valibot";
import { command } from "../command.js";
import { NotReadyError, type InputIssue } from "../errors.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { AUDIENCE_LEADS, MAY_BE_MAILED_BY } from "./audience.js";
import { Campaign } from "./campaign.entity.js";
import { planCampaign } from "./campaigns.jobs.js";
import { move } from "./campaign.lifecycle.js";
import { CampaignVersion, type FrozenContent } from "./campaign-version.entity.js";
import { Step } from "./step.entity.js";

const COUNT_AUDIENCE = statement<{ all: number; mailable: number }>(
  "count_audience",
  `select count(*) as "all", count(*) filter (where l.mailability = 'MAILABLE' and ${MAY_BE_MAILED_BY("$4::uuid")}) as mailable
   from (${AUDIENCE_LEADS("$1", "$2", "$3")}) l`,
);

/**
 * Starts a campaign: its content is frozen as a version, and the planner writes its audience down.
 * Writes campaign and campaign_version; emits campaign.launched; enqueues campaigns.plan.
 * Throws INVALID_TRANSITION, CAMPAIGN_NOT_READY with every obstacle.
 */
export const launchCampaign = command({
  name: "launchCampaign",
  permission: "campaign:launch",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const before = move(campaign, "launched");
    const obstacles = await obstaclesOf(op, campaign);
    if (obstacles.length > 0) throw new NotReadyError(obstacles);
    const versionId = await freeze(op, campaign);
    Object.assign(campaign, { launchedVersionId: versionId, launchedAt: op.now, updatedAt: op.now });
    await op.emit("campaign.launched", {
      targets: [{ type: "campaign", id: campaignId }],
      changes: [{ field: "status", before, after: "RUNNING" }],
    });
    await op.enqueue(planCampaign, { campaignId }, { key: `${campaignId}:${campaign.version}` });
    return { campaignId };
  },
});

async function obstaclesOf(op: UnitOfWork, campaign: Campaign): Promise<InputIssue[]> {
  const { listIds, leadIds } = campaign.audience;
  const obstacle = (rule: string, message: string): InputIssue => ({
    path: ["audience"],
    rule,
    message,
    value: null,
  });
  if (listIds.length + leadIds.length === 0)
    return [obstacle("audience", "It has no audience: choose a list or leads.")];
  const [count] = await op.query(COUNT_AUDIENCE, [op.tenantId, listIds, leadIds, campaign.teamId]);
  if (count!.all === 0)
    return [obstacle("audience_empty", "Its audience is empty: the chosen lists have no leads yet.")];
  if (count!.mailable === 0)
    return [
      obstacle(
        "audience_suppressed",
        `None of the ${count!.all} leads of its audience may be mailed: all are suppressed or belong to another team.`,
      ),
    ];
  return [];
}

async function freeze(op: UnitOfWork, campaign: Campaign): Promise<Id> {
  const steps = await op.em.find(
    Step,
    { campaignId: campaign.id, tenantId: op.tenantId },
    { orderBy: { position: "asc" } },
  );
  const content: FrozenContent = {
    fromName: campaign.fromName,
    fromEmail: campaign.fromEmail,
    replyTo: campaign.replyTo ?? null,
    postalAddress: campaign.postalAddress ?? null,
    steps: steps.map(({ id, position, delayMinutes, subject, html, text, variants }) => ({
      id,
      position,
      delayMinutes,
      subject,
      html,
      text: text ?? null,
      variants,
    })),
  };
  const versionId = newId();
  const version = { id: versionId, tenantId: op.tenantId, campaignId: campaign.id, n: campaign.version };
  // Its row first: the campaign points at it.
  await op.em.insert(CampaignVersion, {
    ...version,
    content,
    requestId: op.request.requestId,
    createdAt: op.now,
  });
  return versionId;
}
