import type { Id } from "../ids.js";
import { statement, type Reader, type Statement } from "../operation.js";
import type { Fence } from "./ledger.queries.js";
import type { FailureReason, LedgerOutcome } from "./outcome-of-reply.js";
import { LIVE_ENROLLMENT, NOT_BEGUN } from "./stop.queries.js";

/** The step after the one that was sent, from the message's frozen version. */
export interface NextStep {
  readonly id: Id;
  readonly position: number;
  readonly delayMinutes: number;
  /** ISO instant: from it on nothing is sent. */
  readonly endsAt?: string | null;
}

/** This long after it was deferred first, since it was planned last, a message that is deferred again is given up (policy P1). */
export const GIVE_UP_AFTER_HOURS = 48;

interface Written {
  readonly id: Id;
  readonly state: string;
}

/** Nothing was written: an edit has dropped or moved the next step since it was asked for, so ask again. */
export const NEXT_IS_GONE = "NEXT_IS_GONE";

// Who sent knows best: also a message that was made UNCERTAIN because its lease ran out takes the answer that its
// own lane got after all.
const mine = (more = ""): string => `mine as materialized (
    select id, tenant_id, campaign_id, lead_id, enrollment_id, state as before, lease_owner as owner_after${more} from message
    where id = $1 and lease_owner = $2 and attempt = $3 and state in ('SENDING', 'UNCERTAIN') for update)`;
const NEXT =
  ", $5::uuid as next_id, $6::int as next_position, $7::int as next_delay, $8::timestamptz as next_end";

/** `type` is SQL: the event's type. */
const noted = (type: string): string => `noted as (
    insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
    select moved.tenant_id, moved.campaign_id, moved.id, t.type, 'lane', $4 from moved join mine on mine.id = moved.id
      cross join lateral (select 1 as place, ${type} as type union all select 0, 'resolved' where mine.before = 'UNCERTAIN') t
    order by t.place)`;

/** How the statement of SENT comes by its rows, and what it says of them. SQL. */
export interface SentWords {
  /**
   * The CTE `mine`, with the state before, and of each message's next step `next_id`, `next_position`, `next_delay` (minutes) and
   * `next_end` (of sending); null: it was the last one.
   */
  readonly mine: string;
  readonly sentAt: string;
  readonly reply: string;
  /** The CTE `noted`. */
  readonly noted: string;
  /** How the next step is locked. */
  readonly lock: "for key share of s" | "for key share of s skip locked";
}

// The next step follows its planned time, later by as much as this one was late: its delay is over then, and its window
// was looked at. Without a planned time it follows this one, and so where the step of this one was dropped while it was on the
// way: the place of the next is not behind it then. A lead that was set to rest meanwhile gets it after the rest. All of that is
// worked out by the update itself, which reads the newest row also where it has waited for the planner.
// The next step is locked against an edit that drops it: that edit comes after this, and plans the rest anew, or it comes
// before, and then nothing is written. The lock reads the newest row, also where this began before the edit's commit.
export const sentSql = ({ mine: own, sentAt, reply, noted: notedCte, lock }: SentWords): string =>
  `with ${own}, following as materialized (
     select mine.id from mine join step s on s.campaign_id = mine.campaign_id and s.id = mine.next_id and s.position = mine.next_position ${lock}
   ), moved as (
     update message m set state = 'SENT', reason = null, server_reply = ${reply}, sent_at = ${sentAt}, lease_owner = mine.owner_after,
       lease_until = null, updated_at = clock_timestamp()
     from mine where m.id = mine.id and (mine.next_id is null or exists (select from following f where f.id = mine.id))
     returning m.*, mine.next_id, mine.next_position, mine.next_delay, mine.next_end
   ), ${notedCte}, going_on as (
     update enrollment e set (state, next_at) = (
       select case when isfinite(d.at) then case e.state when 'PAUSED' then 'PAUSED' else 'WAITING' end else 'FINISHED' end,
         case when isfinite(d.at) then d.at end
       from (select case when m.next_id is null then null
           when e.planned_times[m.next_position] is null or m.next_position <= m.step_position then m.sent_at + make_interval(mins => m.next_delay)
           else e.planned_times[m.next_position] + greatest(interval '0', m.sent_at - e.planned_times[m.step_position]) end as at) w
         cross join lateral (select case when isfinite(w.at) then greatest(w.at, e.paused_until) else w.at end as at) n
         cross join lateral (select case when n.at < m.next_end or m.next_end is null then n.at end as at) d)
     from moved m where e.id = m.enrollment_id and e.state in ('ACTIVE', 'WAITING', 'PAUSED')
     returning m.id as after_id, e.next_at, case when m.next_position > m.step_position then e.planned_times[m.next_position] end as place
   ), planned as (
     insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, reason, planned_at, due_at)
     select uuid_v7(), m.tenant_id, m.campaign_id, coalesce((select c.launched_version_id from campaign c where c.id = m.campaign_id), m.version_id),
       m.enrollment_id, m.next_id, m.next_position, m.lead_id, case when g.next_at is null then 'SKIPPED' else 'PLANNED' end,
       case when g.next_at is null then case g.place when 'infinity' then 'NO_SENDER_CAPACITY_BEFORE_END' else 'WINDOW_CLOSED_BEFORE_END' end end,
       clock_timestamp(), coalesce(g.next_at, m.sent_at)
     from moved m join going_on g on g.after_id = m.id where m.next_id is not null
     on conflict (campaign_id, step_id, lead_id) do nothing
     returning id, tenant_id, campaign_id, state, reason
   ), planned_noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, lower(state), 'planner', reason from planned)
   select id, state from moved union all
   select id, '${NEXT_IS_GONE}' from mine where next_id is not null and not exists (select from following f where f.id = mine.id)`;

const SENT = statement<Written>(
  "record_sent",
  sentSql({
    mine: mine(NEXT),
    sentAt: "clock_timestamp()",
    reply: "$4",
    noted: noted("'sent'"),
    lock: "for key share of s",
  }),
);

// Only what nobody else holds, and whose campaign was not edited since its claim: one mail of several keeps nobody waiting.
const SENT_TOGETHER = statement<Written>(
  "record_sent_together",
  sentSql({
    mine: `mine as materialized (
      select distinct on (m.enrollment_id) m.*, w.reply, w.next_id, w.next_position, w.next_delay, w.next_end
      from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::int[], $7::int[], $8::timestamptz[])
        w(id, owner, attempt, reply, next_id, next_position, next_delay, next_end)
      cross join lateral (
        select id, tenant_id, campaign_id, lead_id, enrollment_id, version_id, state as before, lease_owner as owner_after from message
        where id = w.id and lease_owner = w.owner and attempt = w.attempt and state || '' = 'SENDING' for update skip locked) m
      cross join lateral (select from enrollment where id = m.enrollment_id for no key update skip locked) e
      join campaign c on c.id = m.campaign_id and coalesce(c.launched_version_id, m.version_id) = m.version_id
      order by m.enrollment_id)`,
    sentAt: "clock_timestamp()",
    reply: "mine.reply",
    noted: `noted as (
      insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
      select tenant_id, campaign_id, id, 'sent', 'lane', server_reply from moved)`,
    lock: "for key share of s skip locked",
  }),
);

/** A mail that the server has accepted. */
export interface Sent extends Fence {
  readonly reply: string;
  /** By the version that the message was claimed with. */
  readonly next: NextStep | null;
}

/**
 * Writes down that mails were accepted, of several processes' lanes or of one, in one statement; what can be written without
 * waiting for anybody.
 * @returns for each whether it is written; those that are not, `recordOutcome` is for
 */
export async function recordSentTogether(reader: Reader, sent: readonly Sent[]): Promise<boolean[]> {
  const rows = await reader.query(SENT_TOGETHER, [
    sent.map(({ messageId }) => messageId),
    sent.map(({ owner }) => owner),
    sent.map(({ attempt }) => attempt),
    sent.map(({ reply }) => reply),
    sent.map(({ next }) => next?.id ?? null),
    sent.map(({ next }) => next?.position ?? null),
    sent.map(({ next }) => next?.delayMinutes ?? null),
    sent.map(({ next }) => next?.endsAt ?? null),
  ]);
  const written = new Set(rows.filter(({ state }) => state === "SENT").map(({ id }) => id));
  return sent.map(({ messageId }) => written.has(messageId));
}

// Time during which nobody tried counts for nothing: what was deferred before the planner has placed the message anew (a
// rest, an edit, what was chosen after a pause or a freeze), before somebody has resolved it, or before its lead's rest was
// over. That it waits for its window or is queued for its retry is no new beginning: else it would never be given up.
const IS_OVER = `exists (
     select from message_event d join mine on mine.id = d.message_id
     where d.type = 'deferred' and d.at < clock_timestamp() - make_interval(hours => ${GIVE_UP_AFTER_HOURS})
       and not exists (select from message_event a where a.message_id = d.message_id and a.seq > d.seq and (
         a.type in ('planned', 'queued') and a.source = 'planner' and a.evidence is not null
         or a.type in ('queued', 'resolved') and a.source not in ('planner', 'lane', 'reaper')))
       and not exists (select from enrollment_event r where r.enrollment_id = mine.enrollment_id and r.type = 'RESUMED' and r.at > d.at))`;

const DEFERRED = statement<Written>(
  "record_deferred",
  `with ${mine()}, verdict as (
     select ${IS_OVER} as is_over
   ), moved as (
     update message m set state = case when v.is_over then 'FAILED' else 'DEFERRED' end,
       reason = case when v.is_over then 'GAVE_UP' end, server_reply = $4, intent_at = null, lease_until = null,
       due_at = case when v.is_over then m.due_at else clock_timestamp() + make_interval(secs => $5) end,
       updated_at = clock_timestamp()
     from mine, verdict v where m.id = mine.id returning m.id, m.tenant_id, m.campaign_id, m.enrollment_id, m.state
   ), ${noted("lower(moved.state)")}, ended as (
     update enrollment e set state = 'FINISHED' from moved
     where e.id = moved.enrollment_id and moved.state = 'FAILED' and e.state in ('ACTIVE', 'WAITING', 'PAUSED'))
   select id, state from moved`,
);

// $5 state, $6 reason, $7 event type, $8 state of the enrollment
const ENDED = statement<Written>(
  "record_ended",
  `with ${mine()}, moved as (
     update message m set state = $5, reason = $6, server_reply = case when $5 = 'SKIPPED' then null else $4 end,
       intent_at = case when $5 = 'SKIPPED' then null else m.intent_at end, lease_until = null, updated_at = clock_timestamp()
     from mine where m.id = mine.id returning m.id, m.tenant_id, m.campaign_id, m.enrollment_id, m.state
   ), ${noted("$7::text")}, ended as (
     update enrollment e set state = $8, skip_reason = case when $8 = 'SKIPPED' then $6 else e.skip_reason end from moved
     where e.id = moved.enrollment_id and e.state in ('ACTIVE', 'WAITING', 'PAUSED'))
   select id, state from moved`,
);

const BOUNCED_HARD = statement<Written>(
  "record_bounced_hard",
  `with ${mine()}, moved as (
     update message m set state = 'BOUNCED_HARD', reason = $5, server_reply = $4, lease_until = null, updated_at = clock_timestamp()
     from mine where m.id = mine.id returning m.id, m.tenant_id, m.campaign_id, m.lead_id, m.enrollment_id, m.state
   ), ${noted("'bounced_hard'")}, bounced as (
     update lead l set mailability = case when l.mailability = 'MAILABLE' then 'BOUNCED' else l.mailability end,
       updated_at = clock_timestamp()
     from moved where l.id = moved.lead_id returning l.id, l.tenant_id, l.email, l.email_hash
   ), suppressed as (
     insert into suppression (id, tenant_id, email_hash, email, scope, reason, source)
     select uuid_v7(), tenant_id, email_hash, email, 'ALL', 'HARD_BOUNCE', 'smtp' from bounced
     on conflict (tenant_id, email_hash, scope) where lifted_at is null do nothing
   ), stopped as (
     update enrollment e set state = 'STOPPED', stop_reason = 'BOUNCED', next_at = null, paused_until = null from bounced
     where e.lead_id = bounced.id and e.state in ${LIVE_ENROLLMENT} returning e.id, e.tenant_id, e.campaign_id, e.lead_id
   ), told as (
     insert into enrollment_event (tenant_id, enrollment_id, campaign_id, lead_id, type, label)
     select tenant_id, id, campaign_id, lead_id, 'STOPPED', 'BOUNCED' from stopped
   ), cancelled as (
     update message m set state = 'CANCELLED', reason = 'BOUNCED', updated_at = clock_timestamp() from stopped s
     where m.enrollment_id = s.id and m.state in ${NOT_BEGUN} returning m.id, m.tenant_id, m.campaign_id
   ), cancelled_noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'cancelled', 'lane', 'BOUNCED' from cancelled)
   select id, state from moved`,
);

// Without an owner: nobody but a human, or evidence, may say more about it.
const UNCERTAIN = statement<Written>(
  "record_uncertain",
  `with moved as (
     update message set state = 'UNCERTAIN', reason = 'NO_ANSWER', server_reply = $4, lease_owner = null, lease_until = null, updated_at = clock_timestamp()
     where id = $1 and lease_owner = $2 and attempt = $3 and state = 'SENDING' returning id, tenant_id, campaign_id, state
   ), noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'uncertain', 'lane', $4 from moved)
   select id, state from moved`,
);

/** What a lane itself decides, before the transport. */
export type LaneOutcome =
  | {
      readonly state: "SKIPPED";
      readonly reason: "MISSING_VARIABLE" | "INVALID_ADDRESS" | "WINDOW_CLOSED_BEFORE_END";
      readonly reply: string;
    }
  | { readonly state: "FAILED"; readonly reason: FailureReason; readonly reply: string };

export interface OutcomeOptions {
  readonly next: NextStep | null;
  /** Until a deferred message is tried again. */
  readonly retryDelaySeconds: number;
}

/**
 * Writes down how an attempt ended, with its event; after SENT also the lead's next step, PLANNED; after a hard bounce
 * also the suppression of the address. Safe to repeat when it is not known whether it was written.
 * @returns the state that was written (FAILED for a deferral past 48 hours); null when the fence is lost; NEXT_IS_GONE.
 */
export async function recordOutcome(
  reader: Reader,
  fence: Fence,
  outcome: LedgerOutcome | LaneOutcome,
  options: OutcomeOptions,
): Promise<string | null> {
  const { wanted, values } = wording(outcome, options);
  const rows = await reader.query(wanted, [
    fence.messageId,
    fence.owner,
    fence.attempt,
    outcome.reply,
    ...values,
  ]);
  return rows[0]?.state ?? null;
}

function wording(
  outcome: LedgerOutcome | LaneOutcome,
  { next, retryDelaySeconds }: OutcomeOptions,
): { wanted: Statement<Written>; values: readonly unknown[] } {
  switch (outcome.state) {
    case "SENT":
      return {
        wanted: SENT,
        values: [next?.id ?? null, next?.position ?? null, next?.delayMinutes ?? null, next?.endsAt ?? null],
      };
    case "DEFERRED":
      return { wanted: DEFERRED, values: [retryDelaySeconds] };
    case "BOUNCED_HARD":
      return { wanted: BOUNCED_HARD, values: [outcome.reason] };
    case "BOUNCED_SOFT":
      return { wanted: ENDED, values: [outcome.state, outcome.reason, "bounced_soft", "FINISHED"] };
    case "SKIPPED":
      return { wanted: ENDED, values: [outcome.state, outcome.reason, "skipped", "SKIPPED"] };
    case "FAILED":
      return {
        wanted: ENDED,
        values: [
          outcome.state,
          outcome.reason,
          outcome.reason === "POLICY" ? "policy_blocked" : "failed",
          "FINISHED",
        ],
      };
    case "UNCERTAIN":
      return { wanted: UNCERTAIN, values: [] };
  }
}
