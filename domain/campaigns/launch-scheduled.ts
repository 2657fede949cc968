import * as v from "valibot";
import { isInScope } from "../access/scope.js";
import { command } from "../command.js";
import { NotReadyError, type InputIssue } from "../errors.js";
import { changesBetween } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { demandInitiator, InitiatorGone } from "../jobs/initiator.js";
import { notifyPerson } from "../notifications/index.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import { findSendingState } from "../sending/index.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { move, standingFacts } from "./campaign.lifecycle.js";
import { start } from "./launch-campaign.js";
import { demandReady } from "./preflight.js";

/** Later than this nobody is mailed by surprise: the campaign is a draft again. */
const LONGEST_DELAY_MINUTES = 60;
/** Whoever scheduled it is told when it was launched later than this. */
const TOLD_BEYOND_MINUTES = 5;

/** What cannot be launched while sending is frozen waits, until it has waited too long. */
const DUE = statement<{ id: Id; tenantId: Id }>(
  "due_campaigns",
  `select c.id, c.tenant_id as "tenantId" from campaign c join tenant t on t.id = c.tenant_id
   where c.status = 'SCHEDULED' and c.scheduled_at <= now()
     and (c.scheduled_at < now() - interval '${LONGEST_DELAY_MINUTES} minutes'
       or (t.frozen_at is null and not exists (select from installation i where i.frozen_at is not null)))
   order by c.scheduled_at, c.id limit 100`,
);

/** Campaigns of all organisations whose time has come, at most 100. */
export function dueCampaigns(reader: Reader): Promise<{ id: Id; tenantId: Id }[]> {
  return reader.query(DUE);
}

export interface ScheduledLaunch {
  /** NOTHING: its time has not come, it waits for a release, or somebody else was first. */
  readonly outcome: "LAUNCHED" | "RETURNED" | "NOTHING";
  /** Whose notifications have something new. */
  readonly told: readonly Id[];
}
const nothing: ScheduledLaunch = { outcome: "NOTHING", told: [] };

/**
 * Launches a scheduled campaign whose time has come, in the name of whoever scheduled it: asked again is all that a launch
 * asks, and whether that person may still launch it. What cannot be launched, or was missed by more than an hour, is a draft
 * again, and whoever scheduled it is told why.
 * Writes campaign, campaign_version, notification; emits campaign.launched, as FAILED when it was not, with campaign.updated;
 * enqueues campaigns.plan.
 */
export const launchScheduled = command({
  name: "launchScheduled",
  permission: "internal",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<ScheduledLaunch> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const { scheduledAt } = campaign;
    // Of two that come at the same moment the second finds what the first has done.
    if (campaign.status !== "SCHEDULED" || !scheduledAt || scheduledAt > op.now) return nothing;
    const lateMinutes = Math.floor((op.now.getTime() - scheduledAt.getTime()) / 60_000);
    const { isFrozen } = await findSendingState(op, op.tenantId);
    if (lateMinutes >= LONGEST_DELAY_MINUTES)
      return returned(op, campaign, "SCHEDULE_MISSED", missed(lateMinutes, isFrozen));
    if (isFrozen) return nothing;
    const obstacle = await obstacleOf(op, campaign);
    if (obstacle) return returned(op, campaign, obstacle.code, obstacle.message);
    return launched(op, campaign, lateMinutes);
  },
});

const missed = (lateMinutes: number, isFrozen: boolean): string =>
  `Its time was missed by ${inWords(lateMinutes)}: ${isFrozen ? "sending is frozen" : "sending was frozen, or no worker was there"}. Later than an hour nothing is launched by itself.`;

async function obstacleOf(op: UnitOfWork, campaign: Campaign) {
  const scheduledBy = campaign.scheduledBy ?? null;
  try {
    if (scheduledBy !== null) {
      const scope = await demandInitiator(op, op.tenantId, scheduledBy, "campaign:launch", "scheduled");
      if (!isInScope(scope, campaign.teamId))
        throw new InitiatorGone("Whoever scheduled it does not belong to its team any more.");
    }
    await demandReady(op, campaign, scheduledBy);
    return null;
  } catch (error) {
    if (error instanceof InitiatorGone) return { code: "INITIATOR_GONE", message: error.message };
    if (error instanceof NotReadyError) return { code: error.code, message: shortened(error.issues) };
    throw error;
  }
}

const MOST_OBSTACLES_TOLD = 3;

/** A notification is read at a glance; the rest stands beside the draft. */
function shortened(issues: readonly InputIssue[]): string {
  const told = issues.slice(0, MOST_OBSTACLES_TOLD).map(({ message }) => message);
  const rest = issues.length - told.length;
  return [...told, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(" ");
}

async function launched(op: UnitOfWork, campaign: Campaign, lateMinutes: number): Promise<ScheduledLaunch> {
  const { scheduledBy, scheduledAt } = campaign;
  const isLate = lateMinutes > TOLD_BEYOND_MINUTES;
  const before = standingFacts(campaign);
  move(campaign, "launched");
  const late = isLate ? [{ field: "lateMinutes", before: null, after: lateMinutes }] : [];
  const changes = [...changesBetween(before, standingFacts(campaign)), ...late];
  await start(op, campaign, { changes, onBehalfOf: scheduledBy });
  if (!isLate) return { outcome: "LAUNCHED", told: [] };
  const told = await notifyPerson(op, op.tenantId, scheduledBy ?? null, {
    kind: "CAMPAIGN",
    title: `“${campaign.name}” was launched ${inWords(lateMinutes)} late`,
    detail: `It was scheduled for ${inUtc(scheduledAt!)}. Until now sending was frozen, or no worker was there.`,
    href: `/campaigns/${campaign.id}`,
  });
  return { outcome: "LAUNCHED", told };
}

async function returned(
  op: UnitOfWork,
  campaign: Campaign,
  reasonCode: string,
  why: string,
): Promise<ScheduledLaunch> {
  const { scheduledBy, scheduledAt } = campaign;
  const targets = [campaignTarget(campaign)];
  const before = standingFacts(campaign);
  move(campaign, "unscheduled");
  campaign.updatedAt = op.now;
  const changes = changesBetween(before, standingFacts(campaign));
  await op.emit("campaign.launched", { targets, outcome: "FAILED", reasonCode, onBehalfOf: scheduledBy });
  await op.emit("campaign.updated", { targets, changes, reasonCode, onBehalfOf: scheduledBy });
  const told = await notifyPerson(op, op.tenantId, scheduledBy ?? null, {
    kind: "CAMPAIGN",
    title: `“${campaign.name}” was not launched`,
    detail: `It was scheduled for ${inUtc(scheduledAt!)} and is a draft again. ${why}`,
    href: `/campaigns/${campaign.id}`,
  });
  return { outcome: "RETURNED", told };
}

const inUtc = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** 25 minutes; 2 hours 5 minutes; 3 days 4 hours. */
function inWords(minutes: number): string {
  const some = (count: number, unit: string) =>
    count === 0 ? [] : [`${count} ${unit}${count === 1 ? "" : "s"}`];
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  const parts = [...some(days, "day"), ...some(hours, "hour"), ...some(minutes % 60, "minute")];
  return parts.slice(0, 2).join(" ") || "less than a minute";
}
