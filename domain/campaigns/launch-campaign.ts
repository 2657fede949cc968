import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { attempted, changesBetween, type EventFacts } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import type { UnitOfWork } from "../operation.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { planCampaign } from "./campaigns.jobs.js";
import { move, standingFacts } from "./campaign.lifecycle.js";
import { CampaignVersion, type FrozenContent } from "./campaign-version.entity.js";
import { demandReady } from "./preflight.js";
import { demandSenders } from "./campaign-senders.js";
import { asHtml, conversions } from "../emails/index.js";
import { findSteps } from "./step.entity.js";

/**
 * Starts a campaign: its content is frozen as a version, and the planner writes its audience down.
 * Writes campaign and campaign_version; emits campaign.launched; enqueues campaigns.plan.
 * Throws INVALID_TRANSITION, CAMPAIGN_NOT_READY with every obstacle.
 */
export const launchCampaign = command({
  name: "launchCampaign",
  permission: "campaign:launch",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.launched", "campaign", "campaignId"),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const before = standingFacts(campaign);
    move(campaign, "launched");
    await demandReady(op, campaign, selfOf(op));
    await start(op, campaign, { changes: changesBetween(before, standingFacts(campaign)) });
    return { campaignId };
  },
});

/** The launch itself, of a campaign that has been moved to RUNNING. */
export async function start(
  op: UnitOfWork,
  campaign: Campaign,
  facts: Pick<EventFacts, "changes" | "onBehalfOf">,
): Promise<void> {
  const versionId = await freeze(op, campaign);
  Object.assign(campaign, { launchedVersionId: versionId, launchedAt: op.now, updatedAt: op.now });
  await op.emit("campaign.launched", { targets: [campaignTarget(campaign)], ...facts });
  const key = `${campaign.id}:${campaign.version}`;
  await op.enqueue(planCampaign, { campaignId: campaign.id }, { key });
}

/** What every mail that is begun from here on is pinned to; it never changes. @param changes against the version before, in words */
export async function freeze(
  op: UnitOfWork,
  campaign: Campaign,
  changes: readonly string[] = [],
): Promise<Id> {
  const steps = await findSteps(op, campaign.id);
  const convert = conversions();
  // What is mailed is HTML: lanes convert nothing, and a version stays what it is when the converter changes.
  const frozen = async <P extends { readonly html: string }>(parts: P): Promise<P> => {
    await convert(parts.html);
    return asHtml(parts);
  };
  const frozenSteps: FrozenContent["steps"][number][] = [];
  for (const step of steps) {
    const { id, position, delayMinutes, delayBusinessDays, subject, html, text } = step;
    const variants = [];
    for (const variant of step.variants) variants.push(await frozen(variant));
    const own = await frozen({ subject, html, text: text ?? null });
    frozenSteps.push({ id, position, delayMinutes, delayBusinessDays, ...own, variants });
  }
  const content: FrozenContent = {
    fromName: campaign.fromName,
    fromEmail: campaign.fromEmail,
    replyTo: campaign.replyTo ?? null,
    postalAddress: campaign.postalAddress ?? null,
    schedule: campaign.schedule ?? null,
    senders: await demandSenders(op, campaign.senderIds),
    steps: frozenSteps,
  };
  const versionId = newId();
  const version = { id: versionId, tenantId: op.tenantId, campaignId: campaign.id, n: campaign.version };
  // Its row first: the campaign points at it.
  await op.em.insert(CampaignVersion, {
    ...version,
    content,
    requestId: op.request.requestId,
    createdBy: selfOf(op),
    changes: [...changes],
    createdAt: op.now,
  });
  return versionId;
}
