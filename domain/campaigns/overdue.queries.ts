import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import type { Place, PlannedLead, SendSchedule } from "../planning/index.js";
import type { OverdueChoice } from "./campaign.entity.js";
import { instantOf } from "./plan.queries.js";

/** A pause that is shorter makes nothing overdue: what waited is just sent. */
export const OVERDUE_AFTER_MINUTES = 60;

const OPEN = "('PLANNED', 'QUEUED', 'DEFERRED')";

export interface OverdueFacts {
  readonly tenantId: Id;
  /** ISO instants by the database's clock. */
  readonly pausedAt: string;
  readonly at: string;
  readonly count: number;
  readonly schedule: SendSchedule | null;
}

// The planner counts in milliseconds: what it places at this instant must not lie before it.
const FACTS = statement<OverdueFacts>(
  "overdue_facts",
  `select c.tenant_id as "tenantId", c.paused_at as "pausedAt", date_trunc('milliseconds', now()) as at, (select count(*) from message m where m.campaign_id = c.id and m.state in ${OPEN} and m.due_at <= now()) as count,
     (select nullif(v.content->'schedule', 'null') from campaign_version v where v.id = c.launched_version_id) as schedule
   from campaign c where c.id = $1 and c.tenant_id = $2 and c.status = 'PAUSED'
     and c.paused_at <= now() - make_interval(mins => ${OVERDUE_AFTER_MINUTES})`,
);

/** What became due while the campaign was paused and was not sent; null: nothing, or it was paused for a moment only. */
export async function overdueFacts(
  reader: Reader,
  tenantId: Id,
  campaignId: Id,
): Promise<OverdueFacts | null> {
  const [facts] = await reader.query(FACTS, [campaignId, tenantId]);
  return facts && facts.count > 0 ? facts : null;
}

export interface OpenMessage extends PlannedLead {
  readonly id: Id;
  /** ms of the epoch. */
  readonly dueAt: number;
  readonly senderId: Id | null;
}

const SELECTED = `select m.id, m.lead_id as "leadId", extract(epoch from m.due_at)::float8 * 1000 as "dueAt", l.timezone,
    split_part(l.email_canonical, '@', -1) as domain, e.sender_id as "senderId"
  from message m join lead l on l.id = m.lead_id join enrollment e on e.id = m.enrollment_id`;
const OVERDUE = statement<OpenMessage>(
  "overdue_messages",
  `${SELECTED} where m.campaign_id = $1 and m.state in ${OPEN} and m.due_at < $2 order by m.due_at, m.id limit $3::int`,
);
// What the planner has moved was touched after the resumption; only that tells what has been shifted from what waits to be.
const UNSHIFTED = statement<OpenMessage>(
  "unshifted_messages",
  `${SELECTED} where m.campaign_id = $1 and m.state in ${OPEN} and (m.due_at < $2 or m.updated_at < $2) order by m.due_at, m.id limit $3::int`,
);

/** Due before `before` (ISO), in the order in which they were; at most `limit`. */
export function overdueMessages(
  reader: Reader,
  campaignId: Id,
  before: string,
  limit: number,
): Promise<OpenMessage[]> {
  return reader.query(OVERDUE, [campaignId, before, limit]);
}

/** Overdue or not, as long as nobody has touched them since `since` (ISO). */
export function unshiftedMessages(
  reader: Reader,
  campaignId: Id,
  since: string,
  limit: number,
): Promise<OpenMessage[]> {
  return reader.query(UNSHIFTED, [campaignId, since, limit]);
}

const MOVE = statement<object>(
  "move_messages",
  `with moved as (
     update message m set state = case when isfinite(w.due_at) then 'PLANNED' else 'SKIPPED' end, due_at = case when isfinite(w.due_at) then w.due_at else m.due_at end,
       reason = case w.due_at when 'infinity' then 'NO_SENDER_CAPACITY_BEFORE_END' when '-infinity' then 'WINDOW_CLOSED_BEFORE_END' end, updated_at = clock_timestamp()
     from unnest($1::uuid[], $2::timestamptz[]) w(id, due_at)
     where m.id = w.id and m.state in ${OPEN} returning m.id, m.tenant_id, m.campaign_id, m.enrollment_id, m.state, m.reason
   ), ended as (
     update enrollment e set state = 'SKIPPED', skip_reason = moved.reason from moved
     where e.id = moved.enrollment_id and moved.state = 'SKIPPED' and e.state in ('ACTIVE', 'WAITING', 'PAUSED')
   )
   insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
   select tenant_id, campaign_id, id, lower(state), 'planner', coalesce(reason, $3) from moved`,
);

/** What stands on record with a message that was moved by what was chosen after a pause. */
export const MOVED_FOR = { SHIFT: "shifted by the pause", CATCH_UP: "caught up after the pause" } as const;

/** @param why on record with each message, e.g. one of MOVED_FOR */
export async function moveMessages(
  op: UnitOfWork,
  ids: readonly Id[],
  places: readonly Place[],
  why: string,
): Promise<void> {
  await op.query(MOVE, [ids, places.map(instantOf), why]);
}

// A first mail that is left out ends the lead's sequence: what follows it would speak of a mail that nobody got. A later
// one does not; the next follows at its time, as much later as this one was, and is itself left out when that is over too.
const SKIP = statement<object>(
  "skip_overdue_messages",
  `with moved as (
     update message m set state = 'SKIPPED', reason = 'OVERDUE_SKIPPED', updated_at = clock_timestamp()
     where m.id = any($1::uuid[]) and m.state in ${OPEN}
     returning m.id, m.tenant_id, m.campaign_id, m.version_id, m.enrollment_id, m.step_position, m.lead_id, m.due_at
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'skipped', 'planner', 'OVERDUE_SKIPPED' from moved
   ), following as (
     select m.*, s.id as next_id, case when e.planned_times[m.step_position + 1] is null then m.due_at + make_interval(mins => s.delay_minutes)
       else e.planned_times[m.step_position + 1] + greatest(interval '0', m.due_at - e.planned_times[m.step_position]) end as next_at
     from moved m join enrollment e on e.id = m.enrollment_id
       left join step s on s.campaign_id = m.campaign_id and s.position = m.step_position + 1
   ), ended as (
     update enrollment e set state = case when f.step_position = 1 then 'SKIPPED' when f.next_id is not null and isfinite(f.next_at) then case e.state when 'PAUSED' then 'PAUSED' else 'WAITING' end else 'FINISHED' end,
       skip_reason = case when f.step_position = 1 then 'OVERDUE_SKIPPED' end, next_at = case when f.step_position > 1 and isfinite(f.next_at) then f.next_at end
     from following f where e.id = f.enrollment_id and e.state in ('ACTIVE', 'WAITING', 'PAUSED')
   ), planned as (
     insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
     select uuid_v7(), tenant_id, campaign_id, version_id, enrollment_id, next_id, step_position + 1, lead_id, 'PLANNED', now(), next_at
     from following where step_position > 1 and next_id is not null and isfinite(next_at)
     on conflict (campaign_id, step_id, lead_id) do nothing returning id, tenant_id, campaign_id
   )
   insert into message_event (tenant_id, campaign_id, message_id, type, source)
   select tenant_id, campaign_id, id, 'planned', 'planner' from planned`,
);

export async function skipOverdue(op: UnitOfWork, ids: readonly Id[]): Promise<void> {
  await op.query(SKIP, [ids]);
}

const CHOICE = statement<{ choice: OverdueChoice | null; schedule: SendSchedule | null }>(
  "overdue_choice",
  `select c.overdue as choice, nullif(v.content->'schedule', 'null') as schedule
   from campaign c join campaign_version v on v.id = c.launched_version_id
   where c.id = $1 and c.tenant_id = $2 for no key update of c`,
);

/** What the planner still has to carry out; until the commit nobody else does. */
export async function lockOverdueChoice(op: UnitOfWork, campaignId: Id) {
  return (await op.query(CHOICE, [campaignId, op.tenantId]))[0];
}

const DONE = statement<object>(
  "overdue_done",
  "update campaign set overdue = null where id = $1 and tenant_id = $2",
);

/** The lanes may claim again. */
export async function endOverdueChoice(op: UnitOfWork, campaignId: Id): Promise<void> {
  await op.query(DONE, [campaignId, op.tenantId]);
}

const FORGET_HOURS = statement<object>(
  "forget_planned_hours",
  `with begun as (
     update campaign set overdue = overdue || '{"isBegun": true}' where id = $1 and tenant_id = $2 returning id),
   shared as (
     delete from planned_hour where campaign_id in (select id from begun) and ($3::boolean or hour < date_trunc('hour', now(), 'UTC')))
   delete from campaign_hour where campaign_id in (select id from begun) and ($3::boolean or hour < date_trunc('hour', now(), 'UTC'))`,
);

/** Begins: forgets the hours that are over, or all, when all is planned anew. */
export async function forgetPlannedHours(op: UnitOfWork, campaignId: Id, isAll: boolean): Promise<void> {
  await op.query(FORGET_HOURS, [campaignId, op.tenantId, isAll]);
}
