import * as v from "valibot";
import { command } from "../command.js";
import { sendStep, type StopReason } from "../emails/index.js";
import { IdSchema, type Id } from "../ids.js";
import { companyDomain } from "../leads/index.js";
import { statement, type UnitOfWork } from "../operation.js";
import { Planner, type PlannedSequence } from "../planning/index.js";
import { readAudience, type AudienceLead } from "./audience.queries.js";
import { addDomains, addSharedHours, onePlannerAtATime, sharedCapacities } from "./shared-plan.queries.js";
import { instantOf, lockPlan, plannedHours, addPlannedHours, startPace, type Plan } from "./plan.queries.js";

/**
 * Enrolls a batch, and writes the first step down for whoever has a place; the rest is enrolled as SKIPPED or STOPPED with its reason,
 * so that the accounting knows every lead; also when the campaign was cancelled meanwhile.
 */
const ENROLL = statement<{ waiting: number; enrolled: number }>(
  "enroll_batch",
  `with batch as (
     select lead_id, state, skip_reason, stop_reason, times::timestamptz[] as times, sender_id, held_by::text[] as held_by
     from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $10::uuid[], $11::text[]) b(lead_id, state, skip_reason, stop_reason, times, sender_id, held_by)),
   enrolled as (
     insert into enrollment (id, tenant_id, campaign_id, lead_id, state, skip_reason, stop_reason, planned_times, sender_id, held_by)
     select uuid_v7(), $2, $1, lead_id, state, skip_reason, stop_reason, times, sender_id, held_by from batch
     on conflict (campaign_id, lead_id) do nothing returning id, lead_id, state, planned_times),
   waiting as (
     insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
     select uuid_v7(), $2, $1, $8, e.id, $9, 1, e.lead_id, case when e.planned_times[1] <= now() then 'QUEUED' else 'PLANNED' end, now(), e.planned_times[1]
     from enrolled e where e.state = 'ACTIVE'
     returning id, tenant_id, campaign_id, state),
   noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source)
     select tenant_id, campaign_id, id, lower(state), 'planner' from waiting)
   select (select count(*) from waiting) as waiting, (select count(*) from enrolled) as enrolled`,
);
const REPLIED = statement<{ address: string }>(
  "replied_addresses",
  `select distinct l.email_canonical as address from enrollment_event v join lead l on l.id = v.lead_id
   where v.campaign_id = $1 and v.type = 'REPLIED'`,
);
const OF_DOMAINS = statement<{ id: Id }>(
  "leads_of_domains",
  "select id from lead where id = any($1::uuid[]) and split_part(email_canonical, '@', 2) = any($2::text[])",
);
const MARK_PLANNED = statement<object>(
  "mark_planned",
  "update campaign set planned_at = now() where id = $1 and tenant_id = $2 and planned_at is null",
);

export interface PlannedBatch {
  /** Beyond this lead the next batch begins; null when the audience is written down. */
  readonly last: Id | null;
  readonly read: number;
  readonly queued: number;
}

/**
 * Plans the leads of a campaign's audience beyond `after`. A batch that ran before adds nothing. Holding the campaign's
 * row lets a cancellation wait for the batch, the batch see the cancellation, and one planner wait for another.
 * Writes enrollment, message, campaign_hour and, at the end, campaign.planned_at; the launch's event covers it. Enqueues
 * emails.sendStep, which wakes the lanes.
 */
export const planAudience = command({
  name: "planAudience",
  permission: "internal",
  input: v.object({ campaignId: IdSchema, after: v.string() }),
  async run(op, { campaignId, after }): Promise<PlannedBatch> {
    const plan = await lockPlan(op, campaignId);
    if (!plan) return { last: null, read: 0, queued: 0 };
    // Whoever was written down before an edit is planned anew first.
    if (plan.replan?.holds) return { last: after, read: 0, queued: 0 };
    if (plan.isPlanned) return { last: null, read: 0, queued: 0 };
    const leads = await readAudience(op, { ...plan, tenantId: op.tenantId }, after);
    const waiting = await enroll(
      op,
      plan,
      leads.filter(({ isEnrolled }) => !isEnrolled),
    );
    if (waiting > 0) await op.enqueue(sendStep, { campaignId });
    if (leads.length > 0) return { last: leads.at(-1)!.leadId, read: leads.length, queued: waiting };
    await op.query(MARK_PLANNED, [campaignId, op.tenantId]);
    return { last: null, read: 0, queued: 0 };
  },
});

async function enroll(op: UnitOfWork, plan: Plan, leads: readonly AudienceLead[]): Promise<number> {
  if (leads.length === 0) return 0;
  const { schedule, steps, campaignId } = plan;
  await startPace(op, plan);
  const shared = await sharedFor(op, plan, leads);
  const planned = await plannedHours(op, campaignId, schedule);
  const planner = new Planner(schedule, steps, Date.parse(plan.startAt), planned, shared);
  const stopped = plan.stopsCompanies ? await colleaguesOfReplied(op, campaignId, leads) : NOBODY;
  const rows = leads.map((lead) => {
    const stop = plan.isCancelled
      ? "CAMPAIGN_CANCELLED"
      : stopped.has(lead.leadId)
        ? "COMPANY_REPLIED"
        : null;
    return enrollmentOf(lead, lead.skipReason ?? stop ?? planner.planSequence(lead), stop);
  });
  const [written] = await op.query(ENROLL, [
    campaignId,
    op.tenantId,
    rows.map(({ leadId }) => leadId),
    rows.map(({ state }) => state),
    rows.map(({ skipReason }) => skipReason),
    rows.map(({ stopReason }) => stopReason),
    rows.map(({ sequence }) => sequence && `{${sequence.places.map(instantOf).join(",")}}`),
    plan.versionId,
    steps[0]!.id,
    rows.map(({ sequence }) => sequence?.senderId ?? null),
    rows.map(
      ({ sequence }) => sequence && `{${sequence.heldBy.map((holder) => holder ?? "NULL").join(",")}}`,
    ),
  ]);
  const sequences = rows.flatMap(({ sequence, domain }) => (sequence ? [{ ...sequence, domain }] : []));
  await addPlannedHours(
    op,
    plan,
    sequences.flatMap(({ places }) => places),
  );
  await addSharedHours(op, campaignId, shared, sequences);
  return written!.waiting;
}

const NOBODY: ReadonlySet<Id> = new Set();

/** Those of the batch whose company has answered before they were written down. */
async function colleaguesOfReplied(
  op: UnitOfWork,
  campaignId: Id,
  leads: readonly AudienceLead[],
): Promise<ReadonlySet<Id>> {
  const addresses = await op.query(REPLIED, [campaignId]);
  const domains = new Set(
    addresses.map(({ address }) => companyDomain(address)).filter((each) => each !== null),
  );
  if (domains.size === 0) return NOBODY;
  const rows = await op.query(OF_DOMAINS, [leads.map(({ leadId }) => leadId), [...domains]]);
  return new Set(rows.map(({ id }) => id));
}

interface EnrollmentRow {
  readonly leadId: Id;
  readonly state: "ACTIVE" | "SKIPPED" | "STOPPED";
  readonly skipReason: string | null;
  readonly stopReason: string | null;
  readonly domain: string | null;
  /** Of whoever is ACTIVE. */
  readonly sequence: PlannedSequence | null;
}

/** What other campaigns have planned is looked at under a lock, where there is a limit to share. */
async function sharedFor(op: UnitOfWork, { senderIds, startAt }: Plan, leads: readonly AudienceLead[]) {
  const start = Date.parse(startAt);
  const { hasLimits } = await sharedCapacities(op, op.tenantId, senderIds, start);
  if (hasLimits) await onePlannerAtATime(op);
  const shared = await sharedCapacities(op, op.tenantId, senderIds, start);
  const domains = leads.map(({ domain }) => domain);
  await addDomains(op, op.tenantId, shared, domains, start, new Set());
  return shared;
}

function enrollmentOf(
  { leadId, domain = null }: AudienceLead,
  planned: string | PlannedSequence,
  stopReason: StopReason | null,
): EnrollmentRow {
  const row = { leadId, skipReason: null, stopReason: null, domain, sequence: null };
  if (planned === stopReason) return { ...row, state: "STOPPED", stopReason };
  if (typeof planned === "string") return { ...row, state: "SKIPPED", skipReason: planned };
  const first = planned.places[0]!;
  if (typeof first === "string") return { ...row, state: "SKIPPED", skipReason: first };
  return { ...row, state: "ACTIVE", sequence: planned };
}
