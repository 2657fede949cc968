import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** So many at once; the rest is the next minute's. */
const MOST = 1000;

// A suppression ends the sequences that it finds; this finds what was planned at the same moment. Who was suppressed in the
// last day: what is planned for others who are suppressed is stopped by the claim. Rows that
// somebody holds are passed over: they are judged where they are held, or in a minute.
const SKIP_SUPPRESSED = statement<{ campaign_id: Id }>(
  "skip_suppressed_messages",
  `with waiting as materialized (
     select m.id, m.enrollment_id, case when e.state = 'STOPPED' then e.stop_reason end as stop_reason from suppression s
       join lead l on l.tenant_id = s.tenant_id and l.email_hash = s.email_hash
       join message m on m.lead_id = l.id and m.state in ('PLANNED', 'QUEUED', 'DEFERRED')
       join enrollment e on e.id = m.enrollment_id
     where s.lifted_at is null and s.created_at > now() - interval '1 day'
     limit ${MOST} for update of m skip locked
   ), moved as (
     update message m set state = case when stop_reason is null then 'SKIPPED' else 'CANCELLED' end, reason = coalesce(stop_reason, 'SUPPRESSED'), updated_at = now()
     from waiting where m.id = waiting.id returning m.id, m.tenant_id, m.campaign_id, m.state, m.reason
   ), ended as (
     update enrollment e set state = 'SKIPPED', skip_reason = 'SUPPRESSED' from waiting
     where e.id = waiting.enrollment_id and e.state in ('PENDING', 'ACTIVE', 'WAITING', 'PAUSED')
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, lower(state), 'suppression', reason from moved
   )
   select campaign_id from moved`,
);

/**
 * Takes what waits for people who have been suppressed off the ledger, at most 1,000 messages: whoever has unsubscribed is
 * not shown as somebody who will be mailed, also where their turn would come in weeks or the campaign rests.
 * @returns the campaigns of those messages, one entry a message
 */
export async function skipSuppressedMessages(reader: Reader): Promise<Id[]> {
  return (await reader.query(SKIP_SUPPRESSED)).map((row) => row.campaign_id);
}
