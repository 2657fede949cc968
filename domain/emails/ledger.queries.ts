import type { Id } from "../ids.js";
import { isPaused } from "../jobs/claim.queries.js";
import { statement, type Reader, type Statement } from "../operation.js";

/**
 * The send ledger's way to the transport. Each change of state and its event rows are one statement, by the
 * database's clock. `owner` is one claim, not a process or a lane; with `attempt` it fences: who has lost the lease
 * changes nothing, also when it says something again that a lost connection left unanswered.
 */
export interface ClaimedMessage {
  readonly id: Id;
  readonly tenant_id: Id;
  readonly campaign_id: Id;
  readonly version_id: Id;
  readonly step_id: Id;
  readonly lead_id: Id;
  readonly attempt: number;
  /** SENDING: to be sent. Otherwise it was taken off the queue: SKIPPED, CANCELLED or DEFERRED. */
  readonly state: "SENDING" | "SKIPPED" | "CANCELLED" | "DEFERRED";
  readonly email: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly timezone: string | null;
  readonly custom_fields: Record<string, unknown>;
}

/** Who may write about a message. */
export interface Fence {
  readonly messageId: Id;
  readonly owner: Id;
  readonly attempt: number;
}

/** An active suppression of the address that applies to campaign mail. */
const SUPPRESSED = `(l.mailability <> 'MAILABLE' or exists (select from suppression s
  where s.tenant_id = l.tenant_id and s.email_hash = l.email_hash and s.lifted_at is null))`;

// One campaign a claim, at random among those with mail due of a tenant at random: neither a large campaign nor a tenant
// with many of them can starve another. The queue is read in order from its index; rows that another lane holds are
// passed over. Both are written so that the planner takes the index of what waits (the order) and expects few rows (the
// limit as a literal): otherwise a claim costs more and more.
const claimOf = (limit: number): string =>
  `with ready as materialized (
     select c.id, c.tenant_id from campaign c join tenant t on t.id = c.tenant_id and t.frozen_at is null
       cross join lateral (select from message m where m.campaign_id = c.id and m.state in ('QUEUED', 'DEFERRED')
         and m.due_at <= now() order by m.due_at, m.id limit 1) m
     where c.status = 'RUNNING' and not exists (select from installation where frozen_at is not null)
       and not ${isPaused("'emails'")}
   ), picked as materialized (
     select id from ready
     where tenant_id = (select tenant_id from (select distinct tenant_id from ready) tenants order by random() limit 1)
     order by random() limit 1
   ), due as materialized (
     select m.id from message m
     where m.campaign_id = (select id from picked) and m.state in ('QUEUED', 'DEFERRED') and m.due_at <= now()
     order by m.due_at, m.id limit ${limit} for update skip locked
   ), judged as (
     select m.id, e.id as enrollment_id, e.state as enrollment_state, l.email, l.first_name, l.last_name, l.company, l.title,
       l.timezone, l.custom_fields,
       case when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then 'CANCELLED' when ${SUPPRESSED} then 'SKIPPED'
         when e.state not in ('ACTIVE', 'WAITING') then 'DEFERRED' else 'SENDING' end as state,
       case when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then coalesce(e.stop_reason, e.skip_reason, 'ENROLLMENT_ENDED')
         when ${SUPPRESSED} then 'SUPPRESSED' end as reason
     from due join message m on m.id = due.id join enrollment e on e.id = m.enrollment_id join lead l on l.id = m.lead_id
   ), moved as (
     update message m set state = j.state, reason = j.reason, updated_at = now(),
       attempt = m.attempt + (j.state = 'SENDING')::int,
       claimed_at = case when j.state = 'SENDING' then now() end,
       lease_owner = case when j.state = 'SENDING' then $1::uuid end,
       lease_until = case when j.state = 'SENDING' then now() + make_interval(secs => $2) end,
       intent_at = null,
       due_at = case when j.state = 'DEFERRED' then now() + interval '1 minute' else m.due_at end
     from judged j where m.id = j.id
     returning m.id, m.tenant_id, m.campaign_id, m.version_id, m.step_id, m.lead_id, m.attempt, m.state, m.reason
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, case state when 'SENDING' then 'claimed' else lower(state) end, 'lane', reason
     from moved where state <> 'DEFERRED'
   ), ended as (
     update enrollment e set state = 'SKIPPED', skip_reason = 'SUPPRESSED' from judged j
     where e.id = j.enrollment_id and j.state = 'SKIPPED'
   )
   select moved.*, j.email, j.first_name, j.last_name, j.company, j.title, j.timezone, j.custom_fields
   from moved join judged j on j.id = moved.id`;
const CLAIM = new Map<number, Statement<ClaimedMessage>>();

/**
 * Takes up to `limit` (a whole number; few different ones) messages that are due, of one running campaign, into SENDING
 * under a lease; those whose lead must not be mailed are taken off the queue instead. An empty answer: nothing is due,
 * or other lanes hold it.
 * @param owner a new id for every claim: a release does not count the attempt, so that only the owner tells it from the
 *   claim after it
 */
export function claimMessages(
  reader: Reader,
  owner: Id,
  limit: number,
  leaseSeconds: number,
): Promise<ClaimedMessage[]> {
  const wanted = CLAIM.get(limit) ?? statement<ClaimedMessage>(`claim_messages_${limit}`, claimOf(limit));
  CLAIM.set(limit, wanted);
  return reader.query(wanted, [owner, leaseSeconds]);
}

export interface Intent extends Fence {
  readonly leadId: Id;
  readonly messageIdHeader: string;
  readonly variant: number;
  /** SHA-256 of the mail as it is handed over. */
  readonly bodyDigest: Uint8Array;
  readonly leaseSeconds: number;
}

// The lead is locked: a suppression either commits first and is seen here (the lock reads the newest row), or waits
// until this intent is committed. The campaign is only read: a lock on it, taken by every mail, would keep a pause
// waiting; a mail whose intent overlaps the pause is one of those that "may still leave", at most one a lane. Nothing
// is waited for: what this reads besides the locked rows is as old as its beginning, and after a wait a pause that was
// committed meanwhile would not be seen. The state is disguised: the planner would prefer the index of leases, which is
// full of rows that have moved on, to the key.
const INTEND = statement<{ is_decided: boolean; is_intended: boolean }>(
  "intend_message",
  `with reachable as materialized (
     select l.id, l.tenant_id, l.email_hash, l.mailability from lead l where l.id = $4 and l.mailability = 'MAILABLE'
     for share skip locked
   ), mine as materialized (
     select id, lead_id, campaign_id, tenant_id, enrollment_id from message
     where id = $1 and lease_owner = $2 and attempt = $3 and state || '' = 'SENDING' and intent_at is null
       and lease_until > clock_timestamp() for no key update skip locked
   ), allowed as (
     select m.id from mine m join reachable l on l.id = m.lead_id join campaign c on c.id = m.campaign_id
       join tenant t on t.id = m.tenant_id join enrollment e on e.id = m.enrollment_id
     where c.status = 'RUNNING' and t.frozen_at is null and e.state in ('ACTIVE', 'WAITING')
       and not exists (select from installation where frozen_at is not null) and not ${SUPPRESSED}
   ), moved as (
     update message set intent_at = clock_timestamp(), message_id_header = $5, variant = $6, body_digest = $7,
       lease_until = clock_timestamp() + make_interval(secs => $8), updated_at = clock_timestamp()
     where id = $1 and exists (select from allowed)
     returning id
   )
   select exists (select from moved) as is_intended,
     exists (select from reachable) and exists (select from mine) as is_decided`,
);
// One row a statement, each in a transaction of its own: who holds a row while it waits for another can deadlock.
const AWAIT_LEAD = statement<object>("await_lead", "select from lead where id = $1 for share");
const AWAIT_MESSAGE = statement<object>("await_message", "select from message where id = $1 for share");
/** Rows that are locked again as soon as they are free: give it up, the message is queued again. */
const MOST_INTENTS = 3;

/**
 * The fence before the transport: writes down that the message may leave from now on. Give it a reader that is not in
 * a transaction, and begin the mail only after it. Waits for whoever holds the lead or the message, then judges anew.
 * False: it must not be sent (paused, suppressed, frozen, stopped, or the lease is lost); release it.
 */
export async function intendMessage(reader: Reader, intent: Intent): Promise<boolean> {
  const values = [
    intent.messageId,
    intent.owner,
    intent.attempt,
    intent.leadId,
    intent.messageIdHeader,
    intent.variant,
    intent.bodyDigest,
    intent.leaseSeconds,
  ];
  for (let n = 1; ; n += 1) {
    const [answer] = await reader.query(INTEND, values);
    if (answer!.is_decided || n === MOST_INTENTS) return answer!.is_intended;
    // Not there, or held by somebody: nobody knows before they are done.
    await reader.query(AWAIT_LEAD, [intent.leadId]);
    await reader.query(AWAIT_MESSAGE, [intent.messageId]);
  }
}

// UNCERTAIN too: the lease may have run out while the lane still knew that it had not begun.
const RELEASE = statement<{ id: Id; state: string }>(
  "release_messages",
  `with mine as materialized (
     select m.id, m.enrollment_id, case when c.status in ('CANCELLED', 'ARCHIVED', 'COMPLETED') then 'CANCELLED'
         when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then 'CANCELLED' when ${SUPPRESSED} then 'SKIPPED' else 'QUEUED' end as state,
       case when c.status in ('CANCELLED', 'ARCHIVED', 'COMPLETED') then 'CAMPAIGN_CANCELLED'
         when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then coalesce(e.stop_reason, e.skip_reason, 'ENROLLMENT_ENDED')
         when ${SUPPRESSED} then 'SUPPRESSED' end as reason
     from unnest($1::uuid[], $3::int[]) wanted(id, attempt)
     join message m on m.id = wanted.id and m.attempt = wanted.attempt and m.lease_owner = $2 and m.state in ('SENDING', 'UNCERTAIN')
     join campaign c on c.id = m.campaign_id join enrollment e on e.id = m.enrollment_id join lead l on l.id = m.lead_id
     for update of m
   ), moved as (
     update message m set state = mine.state, reason = mine.reason, attempt = m.attempt - 1, claimed_at = null, lease_owner = null,
       lease_until = null, intent_at = null, updated_at = now()
     from mine where m.id = mine.id
     returning m.id, m.tenant_id, m.campaign_id, m.state, m.reason
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, lower(state), 'lane', coalesce(reason, 'given back') from moved
   ), ended as (
     update enrollment e set state = 'SKIPPED', skip_reason = 'SUPPRESSED' from mine
     where e.id = mine.enrollment_id and mine.state = 'SKIPPED'
   )
   select id, state from moved`,
);

/** Gives messages back whose transport was certainly not begun; the attempt does not count. */
export function releaseMessages(
  reader: Reader,
  owner: Id,
  messages: readonly { readonly id: Id; readonly attempt: number }[],
): Promise<{ id: Id; state: string }[]> {
  return reader.query(RELEASE, [messages.map(({ id }) => id), owner, messages.map(({ attempt }) => attempt)]);
}
