import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";

/** What a shared limit is of: the organisation, a sender, or a destination domain. */
export const PACE_KINDS = ["TENANT", "SENDER", "DOMAIN"] as const;
export type PaceKind = (typeof PACE_KINDS)[number];

/** Limits as the claim keeps them; null: none. */
export interface PaceLimits {
  readonly perHour: number | null;
  readonly perDay: number | null;
  readonly gapSeconds?: number;
  readonly isPaused?: boolean;
}

/** Why a message waits for a limit; it stands in message.reason as long as it does. */
export const WAITS_FOR = {
  TENANT: "ORGANISATION_LIMIT",
  SENDER: "SENDER_LIMIT",
  DOMAIN: "DOMAIN_LIMIT",
} as const satisfies Record<PaceKind, string>;
export const SENDER_PAUSED = "SENDER_PAUSED";
export const PUT_OFF_FOR = [WAITS_FOR.TENANT, WAITS_FOR.SENDER, WAITS_FOR.DOMAIN, SENDER_PAUSED] as const;
export type PutOffReason = (typeof PUT_OFF_FOR)[number];

// Whoever changes limits of several rows locks them in the order in which claims do.
const LOCK = statement<object>(
  "lock_paces",
  `select from pace where tenant_id = $1 and kind = any($2::text[]) order by kind, key for update`,
);
const SET = statement<object>(
  "set_pace",
  `insert into pace as p (tenant_id, kind, key, per_hour, per_day, gap_seconds, is_paused) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant_id, kind, key) do update set per_hour = excluded.per_hour, per_day = excluded.per_day, gap_seconds = excluded.gap_seconds,
     is_paused = excluded.is_paused, is_default = false, free_at = '-infinity', booked_at = '-infinity'`,
);
// Who changes a limit has its row: a claim that has put mail off for the limit as it was has committed before.
const UP_TO_NOW = statement<{ before: string }>(
  "put_off_up_to_now",
  "select clock_timestamp()::text as before",
);
const BATCH = 1000;
// A window of the index at a time, whatever of it is to be woken: no batch reads more than the one before it. State and
// reason are disguised where rows are locked: before there are statistics the planner would prefer this index to the key.
const WAKE = statement<WokenBatch>(
  "wake_put_off",
  `with seen as materialized (
     select m.id, m.enrollment_id, m.due_at > now() and m.updated_at <= $5::timestamptz as waits from message m
     where m.tenant_id = $1 and m.state = 'PLANNED' and m.reason = $2 and m.reason is not null and m.id > $3 order by m.id limit ${BATCH}
   ), wanted as materialized (
     select s.id from seen s where s.waits
       and ($4::uuid is null or (select e.sender_id from enrollment e where e.id = s.enrollment_id) = $4)
   ), held as materialized (
     select m.id from message m where m.id in (select id from wanted) and m.state || '' = 'PLANNED' and m.reason || '' = $2
     for no key update skip locked
   ), woken as (
     update message m set due_at = now(), updated_at = now() from held where m.id = held.id returning m.id
   )
   select (select count(*) from woken)::int as woken, ((select count(*) from wanted) - (select count(*) from held))::int as "passedOver",
     case when (select count(*) from seen) = ${BATCH} then (select id from seen order by id desc limit 1) end as last`,
);

/** What is counted stays counted. */
export async function setPace(
  op: UnitOfWork,
  kind: PaceKind,
  key: string,
  { perHour, perDay, gapSeconds = 0, isPaused = false }: PaceLimits,
): Promise<void> {
  await op.query(SET, [op.tenantId, kind, key, perHour, perDay, gapSeconds, isPaused]);
}

export async function lockPaces(op: UnitOfWork, kinds: readonly PaceKind[]): Promise<void> {
  await op.query(LOCK, [op.tenantId, kinds]);
}

/** Which mail is to look again. */
export interface PutOff {
  readonly reasons: readonly PutOffReason[];
  /** Null: of every sender. */
  readonly senderId: Id | null;
  /** What was put off up to then: ISO 8601, by the database's clock. */
  readonly before: string;
  /** Campaigns under these limits are planned anew. */
  readonly isPlannedAnew?: boolean;
}

export interface WokenBatch {
  readonly woken: number;
  /** Somebody else is at them: look again. */
  readonly passedOver: number;
  /** Where the next batch begins; null: this was the last. */
  readonly last: Id | null;
}

/** For a transaction that has just changed limits: what was put off for them as they were. */
export async function putOffUpToNow(
  op: UnitOfWork,
  reasons: readonly PutOffReason[],
  senderId: Id | null = null,
): Promise<PutOff> {
  const [row] = await op.query(UP_TO_NOW);
  return { reasons, senderId, before: row!.before };
}

/** Before every message. */
export const FIRST_PUT_OFF = "00000000-0000-0000-0000-000000000000" as Id;

/** Makes what was put off for `reason` due, of the thousand messages after `after`; in a transaction of its own. */
export async function wakeBatch(
  reader: Reader & { readonly tenantId: Id },
  { senderId, before }: PutOff,
  reason: PutOffReason,
  after: Id,
): Promise<WokenBatch> {
  return (await reader.query(WAKE, [reader.tenantId, reason, after, senderId, before]))[0]!;
}
