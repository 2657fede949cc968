import type { EnrollmentState } from "../campaigns/index.js";
import type { StopReason } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { EnrollmentEventType } from "./record-event.js";

/** A lead's place in a campaign. Times are ISO 8601 text. */
export interface EnrollmentView {
  readonly id: Id;
  readonly campaignId: Id;
  readonly leadId: Id;
  readonly state: EnrollmentState;
  readonly stopReason: StopReason | null;
  readonly skipReason: string | null;
  readonly pausedUntil: string | null;
}

export interface EnrollmentEventView {
  readonly id: Id;
  readonly enrollmentId: Id;
  readonly type: EnrollmentEventType;
  readonly at: string;
  readonly label: string | null;
  readonly note: string | null;
  readonly until: string | null;
  /** Who recorded it, by name; null: the product itself. */
  readonly by: string | null;
}

export interface PlaceOfLead {
  readonly campaignId: Id;
  readonly leadId: Id;
}

const BY_PLACES = statement<EnrollmentView>(
  "enrollments_by_places",
  `select e.id, e.campaign_id as "campaignId", e.lead_id as "leadId", e.state, e.stop_reason as "stopReason", e.skip_reason as "skipReason",
     e.paused_until as "pausedUntil"
   from unnest($2::uuid[], $3::uuid[]) w(campaign_id, lead_id) join enrollment e on e.campaign_id = w.campaign_id and e.lead_id = w.lead_id
   where e.tenant_id = $1`,
);

/** For places whose campaign the caller may see. */
export function findEnrollments(
  reader: Reader,
  tenantId: Id,
  places: readonly PlaceOfLead[],
): Promise<EnrollmentView[]> {
  const values = [tenantId, places.map((p) => p.campaignId), places.map((p) => p.leadId)];
  return reader.query(BY_PLACES, values);
}

/** Of one place; what is older is in the audit log. */
const MOST_EVENTS = 50;
const EVENTS = statement<EnrollmentEventView>(
  "events_of_enrollments",
  `select v.id, v.enrollment_id as "enrollmentId", v.type, v.at, v.label, v.note, v.until, u.name as by
   from unnest($2::uuid[]) w(id) cross join lateral (
     select * from enrollment_event v where v.tenant_id = $1 and v.enrollment_id = w.id order by v.id desc limit ${MOST_EVENTS}) v
     left join app_user u on u.id = v.recorded_by
   order by v.enrollment_id, v.id desc`,
);

/** The newest first, at most 50 of each. */
export function eventsOfEnrollments(
  reader: Reader,
  tenantId: Id,
  enrollmentIds: readonly Id[],
): Promise<EnrollmentEventView[]> {
  return reader.query(EVENTS, [tenantId, enrollmentIds]);
}

const WAKE = statement<{ campaign_id: Id }>(
  "wake_enrollments",
  `with due as materialized (
     select id from enrollment where state = 'PAUSED' and paused_until <= now() order by paused_until limit $1::int for no key update skip locked
   ), woken as (
     update enrollment e set paused_until = null, state = case when exists (
       select from message m where m.enrollment_id = e.id and m.state = 'PLANNED' and m.step_position > 1) then 'WAITING' else 'ACTIVE' end
     from due where e.id = due.id returning e.id, e.tenant_id, e.campaign_id, e.lead_id
   ), told as (
     insert into enrollment_event (tenant_id, enrollment_id, campaign_id, lead_id, type)
     select tenant_id, id, campaign_id, lead_id, 'RESUMED' from woken)
   select campaign_id from woken`,
);

/** Lets go on whose rest is over, at most `limit`. @returns how many */
export async function wakeEnrollments(reader: Reader, limit: number): Promise<number> {
  return (await reader.query(WAKE, [limit])).length;
}
