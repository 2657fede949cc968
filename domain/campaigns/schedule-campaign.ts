import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { invalid } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import type { UnitOfWork } from "../operation.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { move, standingFacts } from "./campaign.lifecycle.js";
import { demandReady } from "./preflight.js";

const LONGEST_AHEAD_DAYS = 365;

/**
 * Has a draft launched at a time, within a minute of it; a time that was set before gives way to the new one. What would
 * stop a launch now is refused now, and asked again then. Until then it is not edited.
 * Writes campaign; emits campaign.scheduled; enqueues nothing: campaigns.releaseDue looks every minute.
 * Throws INVALID_TRANSITION, CAMPAIGN_NOT_READY with every obstacle, BAD_USER_INPUT for a time that has passed or is more
 * than a year away.
 */
export const scheduleCampaign = command({
  name: "scheduleCampaign",
  permission: "campaign:launch",
  input: v.object({ campaignId: IdSchema, at: v.date() }),
  audits: attempted("campaign.scheduled", "campaign", "campaignId"),
  async run(op, { campaignId, at }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const before = standingFacts(campaign);
    move(campaign, "scheduled");
    demandNear(op, at);
    if (campaign.scheduledAt?.getTime() === at.getTime()) return { campaignId };
    Object.assign(campaign, { scheduledAt: at, scheduledBy: selfOf(op), updatedAt: op.now });
    await demandReady(op, campaign, selfOf(op));
    await op.emit("campaign.scheduled", {
      targets: [campaignTarget(campaign)],
      changes: changesBetween(before, standingFacts(campaign)),
    });
    return { campaignId };
  },
});

function demandNear(op: UnitOfWork, at: Date): void {
  const ms = at.getTime() - op.now.getTime();
  if (ms <= 0)
    throw invalid(
      ["at"],
      "future",
      `at must be in the future; it is ${op.now.toISOString()} now.`,
      at.toISOString(),
    );
  if (ms > LONGEST_AHEAD_DAYS * 86_400_000)
    throw invalid(["at"], "within_a_year", "at must be within a year from now.", at.toISOString());
}

/**
 * Makes a scheduled campaign a draft again: it is not launched by itself. Stopping needs less than starting.
 * Writes campaign; emits campaign.updated with the state and the time; enqueues nothing. Throws INVALID_TRANSITION.
 */
export const unscheduleCampaign = command({
  name: "unscheduleCampaign",
  permission: "campaign:pause",
  input: v.object({ campaignId: IdSchema }),
  audits: attempted("campaign.updated", "campaign", "campaignId"),
  async run(op, { campaignId }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const before = standingFacts(campaign);
    move(campaign, "unscheduled");
    campaign.updatedAt = op.now;
    await op.emit("campaign.updated", {
      targets: [campaignTarget(campaign)],
      changes: changesBetween(before, standingFacts(campaign)),
    });
    return { campaignId };
  },
});
