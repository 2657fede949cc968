import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { SUPPRESSED } from "./ledger.queries.js";
import { NEXT_IS_GONE, sentSql, type NextStep } from "./outcome.queries.js";

/**
 * What becomes of an UNCERTAIN message. ACCEPTED: the server has it, it counts as SENT. SEND_AGAIN: it certainly has
 * not, one more attempt is made under the same Message-ID. GIVE_UP: it has not, and nobody tries again.
 */
export const RESOLUTIONS = ["ACCEPTED", "SEND_AGAIN", "GIVE_UP"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Why a message that is UNCERTAIN cannot be resolved so, now. */
export type Obstacle = "AWAITED" | "CAMPAIGN_ENDED" | "LEAD_ENDED" | "SUPPRESSED";

/**
 * A lane that was only slow, or has lost the database, may still say what the server answered: longer than a mail may
 * take (110 s), and than a lease.
 */
export const AWAITED_SECONDS = 180;

/** SQL over message `m` with campaign `c`, enrollment `e` and lead `l`; null: nothing. */
const OBSTACLE = (resolution: string): string => `case
    when m.lease_owner is not null and m.intent_at > clock_timestamp() - interval '${AWAITED_SECONDS} seconds' then 'AWAITED'
    when ${resolution} = 'SEND_AGAIN' then case
      when c.status in ('CANCELLED', 'ARCHIVED') then 'CAMPAIGN_ENDED'
      when e.state in ('STOPPED', 'FINISHED', 'SKIPPED') then 'LEAD_ENDED'
      when ${SUPPRESSED} then 'SUPPRESSED' end end`;
const JOINED = `join campaign c on c.id = m.campaign_id join enrollment e on e.id = m.enrollment_id join lead l on l.id = m.lead_id`;

export interface UncertainMessage {
  readonly id: Id;
  readonly campaignId: Id;
  readonly versionId: Id;
  readonly stepId: Id;
  readonly obstacle: Obstacle | null;
  /** Of the lead's sequence: why it has ended, where it has. */
  readonly endReason: string | null;
}
const UNCERTAIN_COLUMNS = `m.id, m.campaign_id as "campaignId", m.version_id as "versionId", m.step_id as "stepId",
  ${OBSTACLE("$3::text")} as obstacle, coalesce(e.stop_reason, e.skip_reason, e.state) as "endReason"`;

const BY_ID = statement<UncertainMessage & { readonly state: string }>(
  "uncertain_message",
  `select ${UNCERTAIN_COLUMNS}, m.state from message m ${JOINED} where m.tenant_id = $1 and m.id = $2`,
);

/** The message in whatever state it is, and what stands in the way; null: there is none. */
export async function findResolvable(
  reader: Reader,
  tenantId: Id,
  id: Id,
  resolution: Resolution,
): Promise<(UncertainMessage & { readonly state: string }) | null> {
  return (await reader.query(BY_ID, [tenantId, id, resolution]))[0] ?? null;
}

/** So many at a time. */
export const MOST_RESOLVED = 1000;
const OF_CAMPAIGN = statement<UncertainMessage>(
  "uncertain_of_campaign",
  `select * from (select ${UNCERTAIN_COLUMNS} from message m ${JOINED}
     where m.tenant_id = $1 and m.campaign_id = $2 and m.state = 'UNCERTAIN') m
   where obstacle is null order by id limit ${MOST_RESOLVED}`,
);

/** Those of a campaign that can be resolved so, at most 1,000. */
export function resolvableOf(
  reader: Reader,
  tenantId: Id,
  campaignId: Id,
  resolution: Resolution,
): Promise<UncertainMessage[]> {
  return reader.query(OF_CAMPAIGN, [tenantId, campaignId, resolution]);
}

const AMONG = statement<UncertainMessage>(
  "uncertain_among",
  `select ${UNCERTAIN_COLUMNS} from message m ${JOINED}
   where m.tenant_id = $1 and m.id = any($2::uuid[]) and m.state = 'UNCERTAIN' order by m.id`,
);

/** Those of these that are still uncertain, with what keeps them from being sent again. */
export function resolvableAmong(
  reader: Reader,
  tenantId: Id,
  ids: readonly Id[],
): Promise<UncertainMessage[]> {
  return reader.query(AMONG, [tenantId, ids, "SEND_AGAIN"]);
}

export interface UncertainCount {
  /** Can still be resolved so. */
  readonly left: number;
  /** Cannot: something stands in the way. */
  readonly heldBack: number;
}
const COUNT = statement<UncertainCount>(
  "count_uncertain",
  `select count(*) filter (where obstacle is null) as left, count(obstacle) as "heldBack"
   from (select ${OBSTACLE("$3::text")} as obstacle from message m ${JOINED}
     where m.tenant_id = $1 and m.campaign_id = $2 and m.state = 'UNCERTAIN') m`,
);

export async function countUncertain(
  reader: Reader,
  tenantId: Id,
  campaignId: Id,
  resolution: Resolution,
): Promise<UncertainCount> {
  return (await reader.query(COUNT, [tenantId, campaignId, resolution]))[0]!;
}

/** Whose word it is, and what they go by. */
export interface Evidence {
  /** `person`, or the source of evidence by its name. */
  readonly source: string;
  /** The person. */
  readonly actorId: Id | null;
  /** One text for all messages, or one for each. */
  readonly texts: readonly string[];
  /** What the server has answered, where the evidence says it; one for each message. */
  readonly replies?: readonly (string | null)[];
}

// Nobody else's word counts after it: also a lane that comes back is fenced off by its owner. The first text is that of
// all that have none of their own.
const MINE = `mine as materialized (
    select m.id, m.tenant_id, m.campaign_id, m.lead_id, m.enrollment_id, m.state as before, m.intent_at, null::uuid as owner_after,
      coalesce(w.evidence, ($4::text[])[1]) as evidence, w.reply,
      $5::uuid as next_id, $6::int as next_position, $7::int as next_delay, $8::timestamptz as next_end
    from unnest($1::uuid[], $4::text[], $9::text[]) w(id, evidence, reply) join message m on m.id = w.id
    where m.state = 'UNCERTAIN' for no key update of m)`;

/** `type` is SQL: the event that the new state comes with. */
const noted = (type: string): string => `noted as (
    insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence, actor_id)
    select moved.tenant_id, moved.campaign_id, moved.id, t.type, $3, case t.place when 0 then mine.evidence end, $2::uuid
    from moved join mine on mine.id = moved.id cross join lateral (values (0, 'resolved'), (1, ${type})) t (place, type)
    order by t.place)`;

interface Written {
  readonly id: Id;
  readonly state: string;
}

// It left when its intent was written down, so the next step's delay counts from there.
const ACCEPTED = statement<Written>(
  "resolve_accepted",
  sentSql({
    mine: MINE,
    sentAt: "coalesce(mine.intent_at, clock_timestamp())",
    reply: "mine.reply",
    noted: noted("'sent'"),
    lock: "for key share of s",
  }),
);
const SEND_AGAIN = statement<Written>(
  "resolve_send_again",
  `with ${MINE}, moved as (
     update message m set state = 'QUEUED', reason = null, due_at = clock_timestamp(), claimed_at = null, intent_at = null,
       lease_owner = null, lease_until = null, updated_at = clock_timestamp()
     from mine where m.id = mine.id returning m.id, m.tenant_id, m.campaign_id, m.state
   ), ${noted("'queued'")}
   select id, state from moved`,
);
const GIVE_UP = statement<Written>(
  "resolve_give_up",
  `with ${MINE}, moved as (
     update message m set state = 'FAILED', reason = 'NOT_ACCEPTED', lease_owner = null, lease_until = null, updated_at = clock_timestamp()
     from mine where m.id = mine.id returning m.id, m.tenant_id, m.campaign_id, m.enrollment_id, m.state
   ), ${noted("'failed'")}, ended as (
     update enrollment e set state = 'FINISHED', next_at = null from moved
     where e.id = moved.enrollment_id and e.state in ('ACTIVE', 'WAITING', 'PAUSED'))
   select id, state from moved`,
);
const STATEMENTS = { ACCEPTED, SEND_AGAIN, GIVE_UP } as const;

/**
 * Resolves messages that are still UNCERTAIN, with their events; the lead of an accepted one goes on to the next step, as
 * after any other that was sent.
 * @param next the step after theirs, the same for all of them; of ACCEPTED alone
 * @returns those that it was done to: others have been resolved meanwhile
 */
export async function resolveAs(
  reader: Reader,
  resolution: Resolution,
  ids: readonly Id[],
  { source, actorId, texts, replies = [] }: Evidence,
  next: NextStep | null,
): Promise<Id[]> {
  const step = resolution === "ACCEPTED" ? next : null;
  const rows = await reader.query(STATEMENTS[resolution], [
    ids,
    actorId,
    source,
    texts,
    step?.id ?? null,
    step?.position ?? null,
    step?.delayMinutes ?? null,
    step?.endsAt ?? null,
    replies,
  ]);
  // The caller holds the campaign, so that no edit comes between its question and this.
  if (rows.some(({ state }) => state === NEXT_IS_GONE))
    throw new Error("The step after theirs is not in the campaign any more.");
  return rows.map(({ id }) => id);
}
