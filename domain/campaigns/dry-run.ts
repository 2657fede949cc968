import type { Scope } from "../access/scope.js";
import { chooseVariant } from "../emails/index.js";
import { invalid } from "../errors.js";
import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import { AT_ONCE, LeadWindows, Planner, type LimitHolder } from "../planning/index.js";
import { FIRST_BATCH, readAudience } from "./audience.queries.js";
import { findCampaign, stepsOfCampaigns, type CampaignView, type StepView } from "./campaigns.queries.js";
import { demandsOfSteps } from "./demands.js";
import { gapKey, gapsOf } from "./gaps.queries.js";
import { sendersOf } from "./preflight-sender.js";
import { addDomains, sharedCapacities } from "./shared-plan.queries.js";
import { localDate, localTime } from "./local-time.js";

/** On a page: of a larger audience the beginning is planned, and said to be that. The file has all of it. */
export const MOST_DRY_RUN_LEADS = 50_000;

/** One mail of the timetable, or a lead that gets none. */
export interface DryRunRow {
  readonly leadId: Id;
  /** Of the step; from 1. */
  readonly position: number;
  /** 0 is the step's own wording, n its n-th variant. */
  readonly variant: number;
  /** ISO instant; null: not sent. */
  readonly at: string | null;
  /** IANA zone whose clock counts for the lead, and what it shows (RFC 3339). */
  readonly timezone: string;
  readonly localTime: string | null;
  readonly skipReason: string | null;
  /** What the lead lacks that its wording asks for, as the template has it; null: it was not found out. */
  readonly missing: readonly string[] | null;
  /** Whom it is from. */
  readonly fromEmail: string;
  /** Whose limit keeps it from being earlier; null: nobody's. */
  readonly heldBy: LimitHolder | null;
}

export interface DryRunDay {
  /** In the zone of the schedule. */
  readonly date: string;
  readonly first: number;
  readonly followUps: number;
}

export interface DryRun {
  readonly campaignId: Id;
  readonly fromEmail: string;
  /** ISO instant: the launch that was tried. */
  readonly startAt: string;
  /** Leads. */
  readonly audience: number;
  /** Mails that would be sent. */
  readonly mails: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** Why mails would not be sent, by reason. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[];
  readonly days: readonly DryRunDay[];
  /** The audience is larger than what was planned. */
  readonly isPartial: boolean;
  /** What leads lack was found out for all of these mails. */
  readonly isForetold: boolean;
  /** All rows. */
  readonly rowCount: number;
  readonly rows: readonly DryRunRow[];
  readonly hasMore: boolean;
}

export interface DryRunPage {
  /** Null: when it is scheduled for, or now. */
  readonly startAt: Date | null;
  /** Beyond this row. */
  readonly after: { readonly leadId: Id; readonly position: number } | null;
  readonly first: number;
}

/**
 * What a launch at `startAt` would do, by the planner that a launch would ask: who would get which wording of which step at which local
 * time, and who would be left out. Who lacks what a mail asks for has a place all the same, as in the launch's plan: it is left out when
 * its mail is made. Nothing is written. Null: there is no such campaign.
 * @throws InvalidInputError when it was launched: it has a timetable.
 */
export async function dryRunCampaign(
  reader: Reader,
  scope: Scope,
  id: Id,
  page: DryRunPage,
): Promise<DryRun | null> {
  const campaign = await draftOf(reader, scope, id);
  if (!campaign) return null;
  const startAt = page.startAt ?? launchOf(campaign);
  const summary = new Summary(campaign, { ...page, startAt });
  for await (const row of dryRunRows(reader, scope, campaign, startAt)) {
    if (row.position === 1 && !summary.addLead()) break;
    summary.add(row);
  }
  return summary.result();
}

/** Null: there is no such campaign. @throws InvalidInputError when it was launched. */
export async function draftOf(reader: Reader, scope: Scope, id: Id): Promise<CampaignView | null> {
  const campaign = await findCampaign(reader, scope, id);
  if (campaign?.launchedAt)
    throw invalid(
      ["id"],
      "launched",
      "The campaign was launched: its timetable tells what was planned and what happened.",
      id,
    );
  return campaign;
}

/** The launch that would come as things stand. */
export function launchOf({ scheduledAt }: CampaignView): Date {
  const scheduled = scheduledAt ? Date.parse(scheduledAt) : 0;
  return new Date(Math.max(scheduled, Date.now()));
}

/** Every row, lead by lead, as long as somebody asks for more. */
export async function* dryRunRows(
  reader: Reader,
  { tenantId }: Scope,
  campaign: CampaignView,
  startAt: Date,
): AsyncGenerator<DryRunRow> {
  const { id, schedule: wanted, teamId, audience } = campaign;
  const schedule = wanted ?? AT_ONCE;
  const steps = await stepsOfCampaigns(reader, tenantId, [id]);
  const start = startAt.getTime();
  const senders = await sendersOf(reader, tenantId, campaign);
  const shared = await sharedCapacities(reader, tenantId, campaign.senderIds, start);
  const planner = new Planner(schedule, steps, start, [], shared);
  const addresses = new Map(senders.map((sender) => [sender.id, sender.address]));
  const domains = new Set<string>();
  const asked = await demandsOfSteps(steps);
  const windows = new LeadWindows(schedule);
  for (let after: Id = FIRST_BATCH; ;) {
    const leads = await readAudience(
      reader,
      { campaignId: id, tenantId, teamId, audience, launchedAt: null },
      after,
    );
    const ofLeads = leads.map(({ domain }) => domain);
    await addDomains(reader, tenantId, shared, ofLeads, start, domains);
    const mailed = leads.filter(({ skipReason }) => skipReason === null).map(({ leadId }) => leadId);
    const gaps = await gapsOf(reader, mailed, asked.demands);
    for (const lead of leads) {
      const zone = windows.zoneOf(lead);
      const row = (step: StepView, place: number | string, more: RowFacts) =>
        rowOf(lead.leadId, step, zone, place, more);
      const from = { fromEmail: campaign.fromEmail, heldBy: null, missing: [] };
      if (lead.skipReason) yield row(steps[0]!, lead.skipReason, from);
      else {
        const { senderId, places, heldBy } = planner.planSequence(lead);
        const fromEmail = (senderId && addresses.get(senderId)) ?? campaign.fromEmail;
        for (const [index, planned] of places.entries()) {
          const step = steps[index]!;
          const found = gaps.get(gapKey(lead.leadId, step.id));
          const place = found && typeof planned === "number" ? "MISSING_VARIABLE" : planned;
          const missing = found ?? (asked.unread.has(step.id) ? null : []);
          yield row(step, place, { fromEmail, heldBy: heldBy[index]!, missing });
          if (typeof place === "string") break;
        }
      }
    }
    if (leads.length === 0) return;
    after = leads.at(-1)!.leadId;
  }
}

type RowFacts = Pick<DryRunRow, "fromEmail" | "heldBy" | "missing">;

function rowOf(
  leadId: Id,
  step: StepView,
  timezone: string,
  place: number | string,
  more: RowFacts,
): DryRunRow {
  const isSent = typeof place === "number";
  return {
    leadId,
    position: step.position,
    variant: step.variants.length === 0 ? 0 : chooseVariant(step, leadId).variant,
    at: isSent ? new Date(place).toISOString() : null,
    timezone,
    get localTime() {
      return isSent ? localTime(place, timezone) : null;
    },
    skipReason: isSent ? null : place,
    ...more,
  };
}

/** Counts all rows and keeps those of the page. */
class Summary {
  private readonly rows: DryRunRow[] = [];
  private readonly days = new Map<string, { first: number; followUps: number }>();
  private readonly skipped = new Map<string, number>();
  private audience = 0;
  private rowCount = 0;
  private mails = 0;
  private isPartial = false;
  private isForetold = true;
  private isBeyond: boolean;
  private firstAt: string | null = null;
  private lastAt: string | null = null;

  constructor(
    private readonly campaign: CampaignView,
    private readonly page: DryRunPage & { readonly startAt: Date },
  ) {
    this.isBeyond = page.after === null;
  }

  /** @returns false when there are too many */
  addLead(): boolean {
    this.isPartial = this.audience >= MOST_DRY_RUN_LEADS;
    if (!this.isPartial) this.audience += 1;
    return !this.isPartial;
  }

  add(row: DryRunRow): void {
    this.rowCount += 1;
    if (row.missing === null) this.isForetold = false;
    if (this.isBeyond && this.rows.length <= this.page.first) this.rows.push(row);
    const { after } = this.page;
    if (after && row.leadId === after.leadId && row.position === after.position) this.isBeyond = true;
    if (row.at === null)
      return void this.skipped.set(row.skipReason!, (this.skipped.get(row.skipReason!) ?? 0) + 1);
    this.mails += 1;
    if (this.firstAt === null || row.at < this.firstAt) this.firstAt = row.at;
    if (this.lastAt === null || row.at > this.lastAt) this.lastAt = row.at;
    const date = localDate(Date.parse(row.at), this.campaign.schedule?.timezone ?? AT_ONCE.timezone);
    const day = this.days.get(date) ?? { first: 0, followUps: 0 };
    day[row.position === 1 ? "first" : "followUps"] += 1;
    this.days.set(date, day);
  }

  result(): DryRun {
    const { campaign, page, rows, audience, mails, firstAt, lastAt, isPartial, isForetold, rowCount } = this;
    const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      campaignId: campaign.id,
      fromEmail: campaign.fromEmail,
      startAt: page.startAt.toISOString(),
      audience,
      mails,
      firstAt,
      lastAt,
      skipped: sorted(this.skipped).map(([reason, count]) => ({ reason, count })),
      days: sorted(this.days).map(([date, counts]) => ({ date, ...counts })),
      isPartial,
      isForetold,
      rowCount,
      rows: rows.slice(0, page.first),
      hasMore: rows.length > page.first,
    };
  }
}
