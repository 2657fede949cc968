import type { Id } from "../ids.js";
import { isPaused } from "../jobs/claim.queries.js";
import { statement, type Reader, type Statement } from "../operation.js";
import { givenBack } from "./pace.js";
import { COUNTED_LIMITS, keptLimits } from "./shared-pace.js";
import { isAtHome, type Witness } from "../sending/index.js";

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
  /** Whom it is from; null: the campaign's own address. */
  readonly sender_id: Id | null;
  /** Which of the owners has it; null: it is not to be sent. */
  readonly lease_owner: Id | null;
  readonly attempt: number;
  /** By the database's clock. */
  readonly claimed_at: string | null;
  /**
   * SENDING: to be sent. Otherwise it was taken off the queue: SKIPPED, CANCELLED, DEFERRED, or PLANNED for when a limit that it met
   * has room again. QUEUED: it stays for the next claim.
   */
  readonly state: "SENDING" | "SKIPPED" | "CANCELLED" | "DEFERRED" | "PLANNED" | "QUEUED";
  readonly email: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly timezone: string | null;
  readonly custom_fields: Record<string, unknown>;
  /** Message-IDs of the campaign's earlier mails to the lead, in the order of their steps; null: this is the first. */
  readonly thread: readonly string[] | null;
}

/** Who may write about a message. */
export interface Fence {
  readonly messageId: Id;
  readonly owner: Id;
  readonly attempt: number;
}

/** SQL: an active suppression of the address of lead `l` that applies to campaign mail. */
export const SUPPRESSED = `(l.mailability <> 'MAILABLE' or exists (select from suppression s
  where s.tenant_id = l.tenant_id and s.email_hash = l.email_hash and s.lifted_at is null))`;

// One campaign a claim, at random among those with mail due of a tenant at random: neither a large campaign nor a tenant
// with many of them can starve another. The queue is read in order from its index; rows that another lane holds are
// passed over. Both are written so that the planner takes the index of what waits (the order) and expects few rows (the
// limit as a literal): otherwise a claim costs more and more. Of a campaign with limits only what they leave is taken, and
// counted with the claim: two lanes cannot both take the last place; of those that it looks at follow-ups come first. Limits that campaigns share are kept in the same way, see
// shared-pace.ts. What is claimed is pinned to the version of that moment.
const claimOf = (limit: number): string =>
  `with ready as materialized (
     select c.id, c.tenant_id, p.campaign_id is not null as is_paced from campaign c
       join tenant t on t.id = c.tenant_id and t.frozen_at is null
       left join campaign_pace p on p.campaign_id = c.id
       cross join lateral (select from message m where m.campaign_id = c.id and m.state in ('QUEUED', 'DEFERRED')
         and m.due_at <= now() order by m.due_at, m.id limit 1) m
     where c.status = 'RUNNING' and c.overdue is null and (c.replan is null or c.replan->>'holds' = 'false') and (p.campaign_id is null or p.free_at <= now())
       and exists (select from installation i where i.frozen_at is null and ${isAtHome("$3", "$4")})
       and not ${isPaused("'emails'")}
   ), picked as materialized (
     select id, is_paced from ready
     where tenant_id = (select tenant_id from (select distinct tenant_id from ready) tenants order by random() limit 1)
     order by random() limit 1
   ), due as materialized (
     select m.id, m.due_at, m.step_position from message m
     where m.campaign_id = (select id from picked) and m.state in ('QUEUED', 'DEFERRED') and m.due_at <= now()
     order by m.due_at, m.id limit ${limit} for update skip locked
   ), own as materialized (
     select p.*, least(
       p.per_hour - case when p.hour = date_trunc('hour', now(), 'UTC') then p.used_in_hour else 0 end,
       p.per_day - case when p.day = date_trunc('day', now(), p.timezone) then p.used_in_day else 0 end,
       case when p.gap_seconds > 0 then 1 else ${limit} end) as most
     from campaign_pace p where p.campaign_id = (select id from picked where is_paced) and p.free_at <= now() for update skip locked
   ), kept as (
     select id from due order by step_position > 1 desc, due_at, id limit case when (select is_paced from picked) then coalesce((select greatest(most, 0) from own), 0) else ${limit} end
   ), judged as (
     select m.id, m.tenant_id, row_number() over (order by m.step_position > 1 desc, m.due_at, m.id) as place, m.reason as reason_before, e.id as enrollment_id, e.sender_id,
       e.paused_until, split_part(l.email_canonical, '@', -1) as domain, l.email, l.first_name, l.last_name, l.company, l.title,
       l.timezone, l.custom_fields,
       case when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then 'CANCELLED' when ${SUPPRESSED} then 'SKIPPED'
         when e.state not in ('ACTIVE', 'WAITING') then 'DEFERRED' else 'SENDING' end as state,
       case when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then coalesce(e.stop_reason, e.skip_reason, 'ENROLLMENT_ENDED')
         when ${SUPPRESSED} then 'SUPPRESSED' end as reason
     from kept join message m on m.id = kept.id join enrollment e on e.id = m.enrollment_id join lead l on l.id = m.lead_id
   ), ${keptLimits(limit)}, moved as (
     update message m set state = j.state, reason = j.reason, updated_at = now(),
       version_id = case when j.state = 'SENDING' then coalesce((select c.launched_version_id from campaign c join step s on s.campaign_id = c.id
         where c.id = m.campaign_id and s.id = m.step_id), m.version_id) else m.version_id end,
       attempt = m.attempt + (j.state = 'SENDING')::int,
       claimed_at = case when j.state = 'SENDING' then now() end,
       lease_owner = case when j.state = 'SENDING' then ($1::uuid[])[1 + (j.place - 1) % cardinality($1::uuid[])] end,
       lease_until = case when j.state = 'SENDING' then now() + make_interval(secs => $2) end,
       intent_at = null,
       due_at = case j.state when 'PLANNED' then j.free when 'DEFERRED' then
         case when j.paused_until > now() then j.paused_until else now() + interval '1 minute' end else m.due_at end
     from limited j where m.id = j.id
     returning m.id, m.tenant_id, m.campaign_id, m.version_id, m.step_id, m.step_position, m.lead_id, m.lease_owner, m.attempt, m.state, m.reason, m.claimed_at
   ), used as (
     select count(*)::int as count from moved where state = 'SENDING'
   ), paced as (
     update campaign_pace p set hour = n.hour, day = n.day, used_in_hour = n.in_hour, used_in_day = n.in_day,
       free_at = case when n.in_day >= p.per_day then n.day_end when n.in_hour >= p.per_hour then n.hour + interval '1 hour'
         when n.count > 0 then now() + make_interval(secs => p.gap_seconds) else p.free_at end
     from (select own.campaign_id, used.count, date_trunc('hour', now(), 'UTC') as hour, date_trunc('day', now(), own.timezone) as day,
         (date_trunc('day', now() at time zone own.timezone) + interval '1 day') at time zone own.timezone as day_end,
         used.count + case when own.hour = date_trunc('hour', now(), 'UTC') then own.used_in_hour else 0 end as in_hour,
         used.count + case when own.day = date_trunc('day', now(), own.timezone) then own.used_in_day else 0 end as in_day
       from own, used) n
     where p.campaign_id = n.campaign_id
   ), ${COUNTED_LIMITS}, noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select m.tenant_id, m.campaign_id, m.id, case m.state when 'SENDING' then 'claimed' else lower(m.state) end, 'lane', m.reason
     from moved m join judged j on j.id = m.id
     where m.state not in ('DEFERRED', 'QUEUED') and (m.state <> 'PLANNED' or j.reason_before is distinct from m.reason)
   ), ended as (
     update enrollment e set state = 'SKIPPED', skip_reason = 'SUPPRESSED' from judged j
     where e.id = j.enrollment_id and j.state = 'SKIPPED'
   )
   select moved.*, j.sender_id, j.email, j.first_name, j.last_name, j.company, j.title, j.timezone, j.custom_fields,
     case when moved.step_position > 1 then (
       select array_agg(earlier.message_id_header order by earlier.step_position) from message earlier
       where earlier.enrollment_id = j.enrollment_id and earlier.step_position < moved.step_position and earlier.sent_at is not null
     ) end as thread
   from moved join judged j on j.id = moved.id`;
const NO_WITNESS: Witness = { epoch: 0, place: null };
const CLAIM = new Map<number, Statement<ClaimedMessage>>();

/**
 * Takes up to `limit` (a whole number; few different ones) messages that are due, of one running campaign, into SENDING
 * under a lease, each owner as many as the others; those whose lead must not be mailed are taken off the queue instead. An
 * empty answer: nothing is due, or other lanes hold it.
 * @param owners new ids for every claim: a release does not count the attempt, so that only the owner tells it from the
 *   claim after it
 * @param witness what is known outside the database: from a copy of it, nothing is claimed
 */
export function claimMessages(
  reader: Reader,
  owners: readonly Id[],
  limit: number,
  leaseSeconds: number,
  { epoch, place }: Witness = NO_WITNESS,
): Promise<ClaimedMessage[]> {
  const wanted = CLAIM.get(limit) ?? statement<ClaimedMessage>(`claim_messages_${limit}`, claimOf(limit));
  CLAIM.set(limit, wanted);
  return reader.query(wanted, [owners, leaseSeconds, epoch, place]);
}

export interface Intent extends Fence {
  readonly leadId: Id;
  readonly messageIdHeader: string;
  readonly variant: number;
  /** SHA-256 of the mail as it is handed over. */
  readonly bodyDigest: Uint8Array;
  readonly leaseSeconds: number;
}

/** Not decided: somebody held the lead or the message, or the lease is lost. */
export interface IntentAnswer {
  readonly isDecided: boolean;
  readonly isIntended: boolean;
}

// The lead is locked: a suppression either commits first and is seen here (the lock reads the newest row), or waits
// until this intent is committed. The campaign is only read: a lock on it, taken by every mail, would keep a pause
// waiting; a mail whose intent overlaps the pause is one of those that "may still leave", at most one a lane. Nothing
// is waited for: what this reads besides the locked rows is as old as its beginning, and after a wait a pause that was
// committed meanwhile would not be seen; nor does one mail of several keep the others. The state is disguised: the planner
// would prefer the index of leases, which is full of rows that have moved on, to the key.
const INTEND = statement<{ is_decided: boolean; is_intended: boolean }>(
  "intend_messages",
  `with wanted as materialized (
     select * from unnest((select $1::uuid[]), $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::smallint[], $7::bytea[])
       with ordinality w(id, owner, attempt, lead_id, header, variant, digest, place)
   ), reachable as materialized (
     select w.id as message_id, l.* from wanted w cross join lateral (
       select id, tenant_id, email_hash, mailability from lead where id = w.lead_id and mailability = 'MAILABLE' for share skip locked) l
   ), mine as materialized (
     select m.* from wanted w cross join lateral (
       select id, lead_id, campaign_id, tenant_id, enrollment_id from message
       where id = w.id and lease_owner = w.owner and attempt = w.attempt and state || '' = 'SENDING' and intent_at is null
         and lease_until > clock_timestamp() for no key update skip locked) m
   ), allowed as materialized (
     select w.* from wanted w join mine m on m.id = w.id join reachable l on l.message_id = m.id and l.id = m.lead_id
       join campaign c on c.id = m.campaign_id join tenant t on t.id = m.tenant_id join enrollment e on e.id = m.enrollment_id
     where c.status = 'RUNNING' and t.frozen_at is null and e.state in ('ACTIVE', 'WAITING')
       and not exists (select from installation where frozen_at is not null) and not ${SUPPRESSED}
   ), moved as (
     update message m set intent_at = clock_timestamp(), message_id_header = a.header, variant = a.variant, body_digest = a.digest,
       lease_until = clock_timestamp() + make_interval(secs => $8), updated_at = clock_timestamp()
     from allowed a where m.id = a.id returning m.id
   )
   select exists (select from moved where moved.id = w.id) as is_intended,
     exists (select from reachable l where l.message_id = w.id) and exists (select from mine where mine.id = w.id) as is_decided
   from wanted w order by w.place`,
);

/** Judges several mails in one statement, each for itself, without waiting for anybody who holds a lead or message; see `intendMessage`. */
export async function intendMessages(reader: Reader, intents: readonly Intent[]): Promise<IntentAnswer[]> {
  const rows = await reader.query(INTEND, [
    intents.map(({ messageId }) => messageId),
    intents.map(({ owner }) => owner),
    intents.map(({ attempt }) => attempt),
    intents.map(({ leadId }) => leadId),
    intents.map(({ messageIdHeader }) => messageIdHeader),
    intents.map(({ variant }) => variant),
    intents.map(({ bodyDigest }) => bodyDigest),
    // The lease is the process's, the same for all of its mails.
    intents[0]!.leaseSeconds,
  ]);
  return rows.map((row) => ({ isDecided: row.is_decided, isIntended: row.is_intended }));
}

// One row a statement, each in a transaction of its own: who holds a row while it waits for another can deadlock.
const AWAIT_LEAD = statement<object>("await_lead", "select from lead where id = $1 for share");
const AWAIT_MESSAGE = statement<object>("await_message", "select from message where id = $1 for share");
/** Rows that are locked again as soon as they are free: give it up, the message is queued again. */
const MOST_INTENTS = 3;

/**
 * The fence before the transport: writes down that the message may leave from now on. Give it a reader that is not in
 * a transaction, and begin the mail only after it. Waits for whoever holds the lead or the message, then judges anew.
 * False: it must not be sent (paused, suppressed, frozen, stopped, or the lease is lost); release it.
 * @param judge asks `intendMessages`, perhaps together with others
 */
export async function intendMessage(
  reader: Reader,
  intent: Intent,
  judge: (intent: Intent) => Promise<IntentAnswer> = async (one) => (await intendMessages(reader, [one]))[0]!,
): Promise<boolean> {
  for (let n = 1; ; n += 1) {
    const { isDecided, isIntended } = await judge(intent);
    if (isDecided || n === MOST_INTENTS) return isIntended;
    // Not there, or held by somebody: nobody knows before they are done.
    await reader.query(AWAIT_LEAD, [intent.leadId]);
    await reader.query(AWAIT_MESSAGE, [intent.messageId]);
  }
}

const POSTPONE = statement<{ id: Id }>(
  "postpone_messages",
  `with wanted as materialized (
     select w.*, m.claimed_at from unnest($1::uuid[], $3::int[], $4::timestamptz[]) w(id, attempt, due_at) join message m on m.id = w.id
   ), moved as (
     update message m set state = 'PLANNED', attempt = m.attempt - 1, due_at = w.due_at, claimed_at = null, lease_owner = null,
       lease_until = null, updated_at = now()
     from wanted w
     where m.id = w.id and m.attempt = w.attempt and m.lease_owner = $2 and m.state = 'SENDING' and m.intent_at is null
     returning m.id, m.tenant_id, m.campaign_id, m.enrollment_id, w.claimed_at
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'planned', 'lane', 'outside its window' from moved
   ), ${givenBack("moved", "coalesce($5::timestamptz, now())")}
   select id from moved`,
);

/**
 * Puts claimed messages off whose window is closed; the attempt does not count, nor against the campaign's limits.
 * @param opensAt when the window of all leads opens, so that nothing of the campaign is claimed before; null: each has its own
 */
export function postponeMessages(
  reader: Reader,
  owner: Id,
  messages: readonly { readonly id: Id; readonly attempt: number; readonly dueAt: Date }[],
  opensAt: Date | null,
): Promise<{ id: Id }[]> {
  return reader.query(POSTPONE, [
    messages.map(({ id }) => id),
    owner,
    messages.map(({ attempt }) => attempt),
    messages.map(({ dueAt }) => dueAt),
    opensAt,
  ]);
}

// UNCERTAIN too: the lease may have run out while the lane still knew that it had not begun.
const RELEASE = statement<{ id: Id; state: string }>(
  "release_messages",
  `with mine as materialized (
     select m.id, m.campaign_id, m.claimed_at, m.enrollment_id, case when c.status in ('CANCELLED', 'ARCHIVED') then 'CANCELLED'
         when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then 'CANCELLED' when ${SUPPRESSED} then 'SKIPPED' else 'QUEUED' end as state,
       case when c.status in ('CANCELLED', 'ARCHIVED') then 'CAMPAIGN_CANCELLED'
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
   ), ${givenBack("mine", "now()")}
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
