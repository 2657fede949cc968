import {
  cancelledWithLeftOvers,
  cancelMessages,
  completeCampaign,
  completedWithOpenMessages,
  finishedCampaigns,
  planAgain,
  reopenCampaign,
  unplannedCampaigns,
} from "#domain/campaigns/index.js";
import type { Id } from "#domain/ids.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { Operation } from "#domain/operation.js";
import type { JobRun } from "../job-handler.js";

/**
 * Completes campaigns that have nothing left to send, reopens those of which an answer came too late, cancels what was given back to cancelled ones, and sends the planner
 * again to those that it has left half done.
 */
export async function completeFinishedHandler({ op, log }: JobRun<{ fireAt: string }>): Promise<Outcome> {
  for (const { id, tenantId } of await finishedCampaigns(op)) await completeIfFinished(op, id, tenantId);
  for (const campaignId of await cancelledWithLeftOvers(op)) await cancelMessages(op, campaignId);
  for (const { id, tenantId } of await completedWithOpenMessages(op))
    if ((await op.as(op.actor, tenantId).run(reopenCampaign, { campaignId: id })).reopened)
      log.warn({ campaignId: id }, "an answer came after the campaign had completed: it goes on");
  for (const { id, tenantId } of await unplannedCampaigns(op))
    if (await op.as(op.actor, tenantId).run(planAgain, { campaignId: id }))
      log.warn({ campaignId: id }, "a campaign was left half planned, and is planned on");
  return done;
}

/** Answers whether it was completed now. */
export async function completeIfFinished(op: Operation, campaignId: Id, tenantId: Id): Promise<boolean> {
  const { completed } = await op.as(op.actor, tenantId).run(completeCampaign, { campaignId });
  return completed;
}
