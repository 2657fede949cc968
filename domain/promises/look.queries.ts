import type { Id } from "../ids.js";
import { oneOff, statement, type Reader, type Statement, type UnitOfWork } from "../operation.js";
import type { OffendingKind, PromiseDefinition } from "./promise.js";

/** So many rows are named; of all others it is known how many there are. */
export const MOST_NAMED = 20;

export interface OffendingRow {
  readonly kind: OffendingKind;
  readonly id: string;
  readonly campaignId: Id | null;
  readonly label: string;
  readonly detail: string;
}

/** What is wrong at one organisation. */
export interface Breach {
  readonly tenantId: Id;
  readonly count: number;
  readonly offending: readonly OffendingRow[];
}

/** Where a look begins; null: it is at everything. */
export interface Mark {
  /** Events behind this. */
  readonly seq: number;
  /** UUID v7: messages behind this. One that was made up by other means is behind it, too, nearly always. */
  readonly id: Id;
  /** Sent or planned since. */
  readonly at: string;
}

// A forger is not obliged to leave an event: new rows and times of sending are looked at as well, and what is just on its
// way. Each is the end of an index.
const SINCE = `touched as materialized (
    select message_id as id from message_event where seq > $1::bigint
    union select id from message where id > $2::uuid
    union select m.id from tenant o join message m on m.tenant_id = o.id and m.sent_at > $3::timestamptz
    union select id from message where state = 'SENDING'
    union select id from message where id = any($4::uuid[])),
  campaigns as materialized (
    select id from campaign where planned_at > $3::timestamptz or id = any($4::uuid[]))`;
const ALL = `touched as materialized (select id from message),
  campaigns as materialized (select id from campaign),
  unused as (select $1::bigint, $2::uuid, $3::timestamptz, $4::uuid[])`;

/** One statement: each organisation with offending rows, twenty of them and their exact count. */
function lookOf({ id, offending }: PromiseDefinition, isWhole: boolean): Statement<Breach> {
  return oneOff(
    `promise_${id.toLowerCase()}`,
    `with ${isWhole ? ALL : SINCE},
     offending as (${offending}),
     each_once as (select distinct on (tenant_id, kind, id) * from offending order by tenant_id, kind, id, detail),
     placed as (
       select *, count(*) over (partition by tenant_id) as total,
         row_number() over (partition by tenant_id order by id = any($4::uuid[]::text[]) desc, id) as place
       from each_once)
     select tenant_id as "tenantId", max(total) as count, jsonb_agg(jsonb_build_object('kind', kind, 'id', id,
       'campaignId', campaign_id, 'label', label, 'detail', detail) order by id) as offending
     from placed where place <= ${MOST_NAMED} group by tenant_id`,
  );
}

const doubtOf = ({ id, doubt }: PromiseDefinition): Statement<{ doubt: string }> | null =>
  doubt === undefined ? null : oneOff(`promise_doubt_${id.toLowerCase()}`, doubt);

const REMEMBERED = statement<{ id: Id }>(
  "promise_remembered",
  `select o ->> 'id' as id from promise_breach b, jsonb_array_elements(b.offending) o
   where b.promise = $1 and o ->> 'kind' in ('MESSAGE', 'CAMPAIGN')`,
);
const LIMIT = statement<{ pid: number }>(
  "promise_limit",
  "select set_config('statement_timeout', $1, true), pg_backend_pid() as pid",
);
const CANCEL = statement<object>("promise_cancel", "select pg_cancel_backend($1)");

/** Ends what a session of ours is doing. */
export async function cancelLook(reader: Reader, pid: number): Promise<void> {
  await reader.query(CANCEL, [pid]);
}

/** A change may take so long to commit. */
const OVERLAP = "2 minutes";
const MARK = statement<Mark>(
  "promise_mark",
  `select m.event_seq as seq, m.id, m.started_at as at from promise_look l join promise_round s on s.id = l.round_id
     cross join lateral (select * from promise_round where started_at < s.started_at - interval '${OVERLAP}'
       order by started_at desc limit 1) m
   where l.promise = $1`,
);

/** Behind what the last look at a promise is sure to have seen; null: nothing is known of one. */
export async function markOf(reader: Reader, { id }: PromiseDefinition): Promise<Mark | null> {
  return (await reader.query(MARK, [id]))[0] ?? null;
}

export interface Look {
  /** The round that it is part of. */
  readonly roundId: Id;
  readonly isWhole: boolean;
  readonly breaches: readonly Breach[];
  readonly doubt: string | null;
  readonly durationMs: number;
}

/** From here on a statement of the transaction takes so long at most. @returns its session, for `cancelLook` */
export async function limitLook(op: UnitOfWork, limitMs: number): Promise<number> {
  return (await op.query(LIMIT, [String(limitMs)]))[0]!.pid;
}

/** Looks at one promise: at what came since the mark, without one at everything, and at what offended before. */
export async function lookAt(
  op: UnitOfWork,
  promise: PromiseDefinition,
  roundId: Id,
  since: Mark | null,
): Promise<Look> {
  const begun = performance.now();
  const remembered = (await op.query(REMEMBERED, [promise.id])).map(({ id }) => id);
  const values = [since?.seq ?? null, since?.id ?? null, since?.at ?? null, remembered];
  const breaches = await op.query(lookOf(promise, since === null), values);
  const doubt = doubtOf(promise);
  const [doubted] = doubt ? await op.query(doubt) : [];
  const durationMs = Math.round(performance.now() - begun);
  return { roundId, isWhole: since === null, breaches, doubt: doubted?.doubt ?? null, durationMs };
}

/** Whose promise has changed by a look. */
export interface PromiseMove {
  readonly tenantId: Id;
  /** Broken now; otherwise kept again. */
  readonly isBroken: boolean;
}

// A breach of more rows than are named can be over only by a look at everything: most of its rows are not known.
const NOTE = statement<PromiseMove>(
  "promise_note",
  `with found as (
     select * from jsonb_to_recordset($3::jsonb) f ("tenantId" uuid, count int, offending jsonb)),
   before as materialized (select tenant_id from promise_breach where promise = $1),
   looked as (
     insert into promise_look (promise, checked_at, whole_at, duration_ms, doubt, round_id)
     values ($1, clock_timestamp(), case when $2 then clock_timestamp() end, $4, $5, $6)
     on conflict (promise) do update set checked_at = excluded.checked_at,
       whole_at = coalesce(excluded.whole_at, promise_look.whole_at), duration_ms = excluded.duration_ms, doubt = excluded.doubt, round_id = excluded.round_id),
   noted as (
     insert into promise_breach (promise, tenant_id, broken_since, count, offending)
     select $1, "tenantId", clock_timestamp(), count, offending from found
     on conflict (promise, tenant_id) do update set offending = excluded.offending,
       count = case when $2 or promise_breach.count <= ${MOST_NAMED} then excluded.count
         else greatest(promise_breach.count, excluded.count) end),
   over as (
     delete from promise_breach b where promise = $1 and tenant_id not in (select "tenantId" from found)
       and ($2 or count <= ${MOST_NAMED}) returning tenant_id, count)
   select "tenantId", true as "isBroken" from found where "tenantId" not in (select tenant_id from before)
   union all select tenant_id, false from over`,
);

/** Writes down what a look has found. @returns whose promise it has changed */
export async function noteLook(
  reader: Reader,
  { id }: PromiseDefinition,
  { isWhole, roundId, breaches, doubt, durationMs }: Look,
): Promise<PromiseMove[]> {
  const values = [id, isWhole, JSON.stringify(breaches), durationMs, doubt, roundId];
  return reader.query(NOTE, values);
}

const NOTE_FAILURE = statement<object>(
  "promise_note_failure",
  `insert into promise_look (promise, checked_at, duration_ms, doubt) values ($1, clock_timestamp(), $2, $3)
   on conflict (promise) do update set checked_at = excluded.checked_at, duration_ms = excluded.duration_ms, doubt = excluded.doubt`,
);

/** Writes down that a look could not be made: what was known of breaches stays, and nothing is called kept. */
export async function noteFailure(
  reader: Reader,
  { id }: PromiseDefinition,
  durationMs: number,
  doubt: string,
): Promise<void> {
  await reader.query(NOTE_FAILURE, [id, durationMs, doubt]);
}
