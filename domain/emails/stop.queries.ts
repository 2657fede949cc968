import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** The closed list of why a lead's sequence ends before its last step. */
export const STOP_REASONS = [
  "REPLIED",
  "COMPANY_REPLIED",
  "UNSUBSCRIBED",
  "BOUNCED",
  "COMPLAINED",
  "GOAL",
  "MANUAL",
  "CAMPAIGN_CANCELLED",
  "ERASED",
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** SQL: states of an enrollment from which something may still be sent. */
export const LIVE_ENROLLMENT = "('PENDING', 'ACTIVE', 'WAITING', 'PAUSED')";
/** SQL: states of a message that has not been begun. */
export const NOT_BEGUN = "('PLANNED', 'QUEUED', 'DEFERRED')";

export interface EnrollmentOfLead {
  readonly id: Id;
  readonly leadId: Id;
}

// An intent shares the lock on its lead: whoever holds it alone comes before the mail or after it, never between. The order
// is that of everybody else who takes more than one: messages before enrollments, and rows of a kind by their ids.
const LOCK_LEADS = statement<object>(
  "lock_leads",
  "select from lead where id = any($1::uuid[]) order by id for no key update",
);
const LOCK_OPEN = statement<object>(
  "lock_open_messages",
  `select from message where enrollment_id = any($1::uuid[]) and state in ${NOT_BEGUN} order by id for no key update`,
);
const LOCK_ENROLLMENTS = statement<object>(
  "lock_enrollments",
  "select from enrollment where id = any($1::uuid[]) order by id for no key update",
);

/** Until the commit no mail to these leads of these enrollments is begun, and nothing is planned for them. */
export async function lockSequences(reader: Reader, enrollments: readonly EnrollmentOfLead[]): Promise<void> {
  await reader.query(LOCK_LEADS, [enrollments.map(({ leadId }) => leadId)]);
  await lockPlans(
    reader,
    enrollments.map(({ id }) => id),
  );
}

/** Until the commit what these enrollments have not begun is claimed by nobody, and nothing is planned for them. */
export async function lockPlans(reader: Reader, enrollmentIds: readonly Id[]): Promise<void> {
  await reader.query(LOCK_OPEN, [enrollmentIds]);
  await reader.query(LOCK_ENROLLMENTS, [enrollmentIds]);
}

const STOP = statement<{ id: Id }>(
  "stop_enrollments",
  `with stopped as (
     update enrollment set state = 'STOPPED', stop_reason = $2, next_at = null, paused_until = null
     where id = any($1::uuid[]) and state in ${LIVE_ENROLLMENT} returning id, tenant_id, campaign_id, lead_id
   ), cancelled as (
     update message m set state = 'CANCELLED', reason = $2, updated_at = clock_timestamp() from stopped s
     where m.enrollment_id = s.id and m.state in ${NOT_BEGUN} returning m.id, m.tenant_id, m.campaign_id
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'cancelled', 'stop', $2 from cancelled
   ), told as (
     insert into enrollment_event (tenant_id, enrollment_id, campaign_id, lead_id, type, label, note, recorded_by)
     select tenant_id, id, campaign_id, lead_id, 'STOPPED', $2, $3, $4 from stopped
   )
   select id from stopped`,
);

export interface StopFacts {
  readonly reason: StopReason;
  readonly note?: string | null;
  /** Null: the product itself. */
  readonly by: Id | null;
}

/**
 * Ends these sequences: what of them has not been begun is cancelled with the same reason, in the same transaction. A mail
 * that a lane holds and has not begun is refused by its intent, and cancelled when the lane gives it back; what has begun is
 * sent. Sequences that have ended stay as they ended.
 * @returns those that were stopped by this
 */
export async function stopEnrollments(
  reader: Reader,
  enrollments: readonly EnrollmentOfLead[],
  { reason, note = null, by }: StopFacts,
): Promise<Id[]> {
  if (enrollments.length === 0) return [];
  // Locked by statements of their own: what this one reads is as old as its beginning, and after a wait it would not see
  // the step that a lane has planned meanwhile.
  await lockSequences(reader, enrollments);
  const rows = await reader.query(STOP, [enrollments.map(({ id }) => id), reason, note, by]);
  return rows.map(({ id }) => id);
}

const LIVE_OF_ADDRESS = statement<EnrollmentOfLead>(
  "live_enrollments_of_address",
  `select e.id, e.lead_id as "leadId" from lead l join enrollment e on e.lead_id = l.id and e.state in ${LIVE_ENROLLMENT}
   where l.tenant_id = $1 and l.email_hash = $2`,
);

/** Every sequence, of any campaign, in which this address may still be mailed. */
export function liveEnrollmentsOfAddress(
  reader: Reader,
  tenantId: Id,
  emailHash: Uint8Array,
): Promise<EnrollmentOfLead[]> {
  return reader.query(LIVE_OF_ADDRESS, [tenantId, emailHash]);
}
