import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { givenBack } from "./pace.js";

// Rows that a statement of a lane holds right now are looked after by it.
const RENEW = statement<{ id: Id }>(
  "renew_leases",
  `with held as (
     select id from message where id = any($2::uuid[]) and state = 'SENDING' and lease_owner = any($1::uuid[]) and lease_until > now()
     for update skip locked)
   update message m set lease_until = now() + make_interval(secs => $3) from held where m.id = held.id
   returning m.id`,
);

/**
 * A living process keeps what it has claimed under these owners; a lease that ran out is never revived.
 * @returns what was renewed
 */
export async function renewLeases(
  reader: Reader,
  owners: readonly Id[],
  messageIds: readonly Id[],
  leaseSeconds: number,
): Promise<Id[]> {
  const rows = await reader.query(RENEW, [owners, messageIds, leaseSeconds]);
  return rows.map(({ id }) => id);
}

// From the third attempt on a message waits longer each time: one that kills its process must not do so in a loop.
const REAP = statement<{ campaign_id: Id; state: string }>(
  "reap_expired_messages",
  `with expired as materialized (
     select id, campaign_id, claimed_at, intent_at from message where state = 'SENDING' and lease_until < now()
     order by lease_until limit 100 for update skip locked
   ), moved as (
     update message m set
       state = case when x.intent_at is null then 'QUEUED' else 'UNCERTAIN' end,
       reason = case when x.intent_at is null then null else 'LEASE_EXPIRED' end,
       due_at = case when x.intent_at is null and m.attempt > 2
         then now() + least(3600, 30 * power(2, least(m.attempt, 20) - 3)) * interval '1 second' else m.due_at end,
       lease_until = null, updated_at = now(),
       lease_owner = case when x.intent_at is null then null else m.lease_owner end
     from expired x where m.id = x.id
     returning m.id, m.tenant_id, m.campaign_id, m.state
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, lower(state), 'reaper', 'lease expired' from moved
   ), unsent as (
     select id, campaign_id, claimed_at from expired where intent_at is null
   ), ${givenBack("unsent", "now()")}
   select campaign_id, state from moved`,
);

/** Leases that ran out, the 100 oldest: before the intent the message is queued again; after it nobody knows, and it is UNCERTAIN. */
export function reapExpiredMessages(reader: Reader): Promise<{ campaign_id: Id; state: string }[]> {
  return reader.query(REAP);
}

const MOST_DUE = 1000;
// The limit is a literal: with a parameter the planner expects a tenth of all messages, and reads all of them.
const RELEASE_DUE = statement<{ campaign_id: Id }>(
  "release_due_messages",
  `with due as materialized (
     select m.id from campaign c cross join lateral (
       select p.id, p.due_at from message p where p.campaign_id = c.id and p.state = 'PLANNED' and p.due_at <= now() + interval '1 minute'
       order by p.due_at, p.id limit ${MOST_DUE} for update skip locked) m
     where c.status = 'RUNNING' and c.overdue is null and (c.replan is null or c.replan->>'holds' = 'false') limit least($1::int, ${MOST_DUE})
   ), moved as (
     update message m set state = 'QUEUED', updated_at = now() from due where m.id = due.id
     returning m.id, m.tenant_id, m.campaign_id, m.enrollment_id
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source)
     select tenant_id, campaign_id, id, 'queued', 'planner' from moved
   ), woken as (
     update enrollment e set state = 'ACTIVE', next_at = null from moved where e.id = moved.enrollment_id and e.state = 'WAITING'
   )
   select campaign_id from moved`,
);

/**
 * Queues planned messages of running campaigns whose time comes within a minute (a claim still waits for it), at most `limit` (and 1,000).
 * @returns the campaigns of those released, one entry a message; fewer than `limit` means that none is left.
 */
export async function releaseDueMessages(reader: Reader, limit: number): Promise<Id[]> {
  return (await reader.query(RELEASE_DUE, [limit])).map((row) => row.campaign_id);
}

const MESSAGE_ID_KEY = statement<{ message_id_key: Buffer }>(
  "message_id_key",
  "select message_id_key from installation",
);

/** The key that signs this installation's Message-IDs. */
export async function messageIdKey(reader: Reader): Promise<Buffer> {
  const [row] = await reader.query(MESSAGE_ID_KEY);
  return row!.message_id_key;
}
