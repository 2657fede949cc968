import { LIVE_ENROLLMENT, NOT_BEGUN } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import type { PlannedLead } from "../planning/index.js";

/** Where a lead stands in a campaign that still mails it. Times are ms of the epoch. */
export interface Sequence extends PlannedLead {
  readonly enrollmentId: Id;
  readonly senderId: Id | null;
  readonly pausedUntil: number | null;
  /** The furthest message. */
  readonly messageId: Id;
  /** Of its step; from 1. */
  readonly position: number;
  readonly isBegun: boolean;
  readonly dueAt: number;
  /** When the step before it was sent, or was to be; null: it is the first. */
  readonly beforeAt: number | null;
  /** When the launch had planned its message. */
  readonly firstAt: number | null;
}

const ms = (time: string): string => `extract(epoch from ${time})::float8 * 1000`;
// A step that was dropped while its mail was on the way leaves two mails at one position: the newer one is the furthest.
const SEQUENCES = statement<Sequence>(
  "sequences",
  `select e.id as "enrollmentId", e.lead_id as "leadId", l.timezone,
     split_part(l.email_canonical, '@', -1) as domain, e.sender_id as "senderId", ${ms("e.paused_until")} as "pausedUntil", m.id as "messageId",
     m.step_position as position, m.state not in ${NOT_BEGUN} as "isBegun", ${ms("m.due_at")} as "dueAt",
     (select ${ms("max(coalesce(b.sent_at, b.due_at))")} from message b where b.enrollment_id = e.id and b.step_position >= m.step_position - 1 and b.id <> m.id) as "beforeAt",
     case when isfinite(f.at) then ${ms("f.at")} end as "firstAt"
   from enrollment e join lead l on l.id = e.lead_id
     join lateral (select * from message m where m.enrollment_id = e.id order by m.step_position desc, m.id desc limit 1) m on true
     cross join lateral (select (coalesce(e.first_times, e.planned_times))[m.step_position] as at) f
   where e.id = any($1::uuid[]) and e.state in ${LIVE_ENROLLMENT} and (m.state in ${NOT_BEGUN} or m.state in ('SENDING', 'UNCERTAIN'))
   order by e.lead_id`,
);

/** Those of them that go on: a mail is still to be begun, or is on its way. */
export function sequencesOf(reader: Reader, enrollmentIds: readonly Id[]): Promise<Sequence[]> {
  return reader.query(SEQUENCES, [enrollmentIds]);
}

const LIVE_BEYOND = statement<{ id: Id; leadId: Id }>(
  "live_enrollments_beyond",
  `select id, lead_id as "leadId" from enrollment where campaign_id = $1 and lead_id > $2 and state in ${LIVE_ENROLLMENT}
   order by lead_id limit $3::int`,
);

/** Enrollments that may still be mailed, by their leads, the next `limit` beyond one. */
export function liveBeyond(
  reader: Reader,
  campaignId: Id,
  leadId: Id,
  limit: number,
): Promise<{ id: Id; leadId: Id }[]> {
  return reader.query(LIVE_BEYOND, [campaignId, leadId, limit]);
}

/** What becomes of one sequence; times as instantOf has them. */
export interface NewPlan {
  readonly enrollmentId: Id;
  /** Null: the furthest message has been begun, and stays as it is. */
  readonly messageId: Id | null;
  readonly stepId: Id | null;
  /** Of the furthest message. Null: there is no such step any more. */
  readonly dueAt: string | null;
  /** Places of the steps from `from` on; those before stay. */
  readonly from: number;
  readonly times: readonly string[];
}

export const REPLANNED_FOR = ["EDITED", "NOT_NOW", "LIMITS"] as const;
export type ReplannedFor = (typeof REPLANNED_FOR)[number];

// A message without a step is cancelled and its lead done; one without a place is left out, as everywhere. What follows a mail
// that is begun is placed after the time that this was due at: from there its own lateness counts, which SENT adds.
const REPLAN = statement<object>(
  "replan_sequences",
  `with wanted as materialized (
     select w.*, times::timestamptz[] as places from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int[], $6::text[])
       w(enrollment_id, message_id, step_id, due_at, "from", times)
   ), moved as (
     update message m set version_id = $7, step_id = coalesce(w.step_id, m.step_id), due_at = case when isfinite(w.due_at) then w.due_at else m.due_at end,
       state = case when w.due_at is null then 'CANCELLED' when not isfinite(w.due_at) then 'SKIPPED' when w.due_at <= now() then 'QUEUED' else 'PLANNED' end,
       reason = case when w.due_at is null then 'STEP_DROPPED' when w.due_at = 'infinity' then 'NO_SENDER_CAPACITY_BEFORE_END'
         when w.due_at = '-infinity' then 'WINDOW_CLOSED_BEFORE_END' end, updated_at = clock_timestamp()
     from wanted w where m.id = w.message_id and m.state in ${NOT_BEGUN} returning m.id, m.tenant_id, m.campaign_id, m.state, m.reason
   ), replanned as (
     update enrollment e set first_times = coalesce(e.first_times, e.planned_times),
       planned_times = case when w.message_id is null then coalesce(e.planned_times[:w."from" - 1], array_fill(null::timestamptz, array[w."from" - 1])) || w.due_at
         else coalesce(e.planned_times[:w."from"], array_fill(null::timestamptz, array[w."from"])) end || w.places,
       replanned_for = $8,
       state = case when m.state = 'CANCELLED' then 'FINISHED' when m.state = 'SKIPPED' then 'SKIPPED' when e.state = 'PAUSED' then 'PAUSED'
         when m.state = 'PLANNED' and w."from" > 0 then 'WAITING' when m.id is not null then 'ACTIVE' else e.state end,
       skip_reason = case when m.state = 'SKIPPED' then m.reason else e.skip_reason end,
       next_at = case when m.state = 'PLANNED' and w."from" > 0 then w.due_at end
     from wanted w left join moved m on m.id = w.message_id where e.id = w.enrollment_id and e.state in ${LIVE_ENROLLMENT}
   )
   insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
   select tenant_id, campaign_id, id, lower(state), 'planner', coalesce(reason, $9) from moved`,
);

/** @param evidence on record with each message, e.g. "campaign edited" */
export async function replanSequences(
  op: UnitOfWork,
  plans: readonly NewPlan[],
  versionId: Id,
  why: ReplannedFor,
  evidence: string,
): Promise<void> {
  await op.query(REPLAN, [
    plans.map(({ enrollmentId }) => enrollmentId),
    plans.map(({ messageId }) => messageId),
    plans.map(({ stepId }) => stepId),
    plans.map(({ dueAt }) => dueAt),
    plans.map(({ from }) => from),
    plans.map(({ times }) => `{${times.join(",")}}`),
    versionId,
    why,
    evidence,
  ]);
}
