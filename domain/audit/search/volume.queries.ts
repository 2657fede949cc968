import type { Id } from "../../ids.js";
import { invalid } from "../../errors.js";
import { oneOff, statement, type Reader } from "../../operation.js";
import { Sql } from "./conditions.js";
import { earlier, later, type AuditSearch } from "./search.js";
import { sourceOf } from "./source.js";
import { lookFurther, newestFirst, readPatiently, upTo, type Stretch } from "./stretches.queries.js";

/** The entries from `from` until just before `to`. */
export interface VolumeBucket {
  readonly from: Date;
  readonly to: Date;
  readonly count: number;
  readonly denied: number;
  readonly failed: number;
  /** False: some or all of its entries are older than those that were counted. */
  readonly isComplete: boolean;
}

export interface VolumeRange {
  readonly from: Date;
  readonly to: Date;
  readonly buckets: number;
}

const MOST_BUCKETS = 500;

/** So many that match conditions are counted, the newest; without any, all are. */
const MOST_MATCHES = 20_000;
const QUARTER_MS = 900_000;

interface Counted {
  readonly bucket: number;
  readonly count: number;
  readonly denied: number;
  readonly failed: number;
}

/** The whole range in equal parts, those without entries too. @throws InvalidInputError */
export async function countVolume(
  reader: Reader,
  tenantId: Id,
  search: AuditSearch,
  range: VolumeRange,
): Promise<VolumeBucket[]> {
  demandRange(range);
  const start = range.from.getTime();
  const width = (range.to.getTime() - start) / range.buckets;
  const edge = (at: number) => new Date(Math.round(start + at * width));
  const edges = Array.from({ length: range.buckets + 1 }, (_, at) => edge(at));
  const isAll = search.conditions.length === 0 && search.words.length === 0;
  const within = {
    ...search,
    from: later(search.from, range.from.toISOString()),
    to: earlier(search.to, range.to.toISOString()),
  };
  const { rows, from: first } = isAll
    ? { rows: await countAll(reader, tenantId, within, edges), from: null }
    : await countMatches(reader, tenantId, within, edges);
  const found = new Map(rows.map((row) => [row.bucket, row]));
  return edges.slice(0, -1).map((from, at) => {
    const { count = 0, denied = 0, failed = 0 } = found.get(at + 1) ?? {};
    return { from, to: edges[at + 1]!, count, denied, failed, isComplete: first === null || from > first };
  });
}

const ALL = statement<Counted>(
  "audit_volume_all",
  `select width_bucket(n.at, $4::timestamptz[]) as bucket, sum(n.count)::bigint as count, sum(n.denied)::bigint as denied,
     sum(n.failed)::bigint as failed
   from (
     select q.begins_at as at, q.count, q.denied, q.failed from audit_quarter q
     where q.chain_id = $1 and q.begins_at >= $2 and q.begins_at < $3 and q.begins_at <> all($5::timestamptz[])
     union all
     select e.at, 1, (e.outcome = 'DENIED')::int, (e.outcome = 'FAILED')::int
     from pending_seal u join event e on e.id = u.event_id and e.at = u.at
     where e.tenant_id = $1 and u.at >= $2 and u.at < $3 and date_bin('15 minutes', u.at, 'epoch') <> all($5::timestamptz[])
       and not exists (select from event_leaf l where l.event_id = u.event_id and l.at = u.at)
     union all
     select e.at, 1, (e.outcome = 'DENIED')::int, (e.outcome = 'FAILED')::int
     from unnest($5::timestamptz[]) c (begins_at) join event e on e.tenant_id = $1
       and e.at >= greatest(c.begins_at, $2) and e.at < least(c.begins_at + interval '15 minutes', $3)
   ) n group by 1`,
);

/** Whole quarters of an hour as the sealer counted them; those that are cut, and what is not sealed yet, entry by entry. */
function countAll(
  reader: Reader,
  tenantId: Id,
  { from, to }: AuditSearch,
  edges: readonly Date[],
): Promise<Counted[]> {
  const [begin, end] = [Date.parse(from!), Date.parse(to!)];
  const cut = new Set(
    [begin, end, ...edges.map((edge) => edge.getTime())]
      .filter((at) => at % QUARTER_MS !== 0)
      .map((at) => new Date(Math.floor(at / QUARTER_MS) * QUARTER_MS).toISOString()),
  );
  const parts = edges.slice(0, -1).map((edge) => edge.toISOString());
  return reader.query(ALL, [tenantId, from, to, parts, [...cut]]);
}

async function countMatches(
  reader: Reader,
  tenantId: Id,
  search: AuditSearch,
  edges: readonly Date[],
): Promise<{ rows: Counted[]; from: Date | null }> {
  const parts = edges.slice(0, -1).map((edge) => edge.toISOString());
  const count = async ({ way, until }: Stretch) => {
    const sql = new Sql();
    const tail = newestFirst(MOST_MATCHES);
    const { from, at, id } = sourceOf(sql, tenantId, search, { way, within: upTo(sql, until), tail });
    const counted = oneOff<Counted & { readonly oldest: string }>(
      "audit_volume",
      `select width_bucket(at, ${sql.add(parts)}::timestamptz[]) as bucket, count(*) as count,
         count(*) filter (where outcome = 'DENIED') as denied, count(*) filter (where outcome = 'FAILED') as failed,
         min(at) as oldest
       from (select ${at}, e.outcome from ${from} ${tail(at, id)}) found group by 1`,
    );
    return readPatiently(reader, counted, sql.values);
  };
  const isFull = (rows: readonly Counted[]) => rows.reduce((sum, row) => sum + row.count, 0) === MOST_MATCHES;
  const walk = { entries: 3 * MOST_MATCHES, isBackward: false, beyond: null };
  const rows = await lookFurther(reader, [tenantId, search, walk], count, isFull);
  const oldest = Math.min(...rows.map((row) => new Date(row.oldest).getTime()));
  return { rows, from: isFull(rows) ? new Date(oldest) : null };
}

function demandRange({ from, to, buckets }: VolumeRange): void {
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > MOST_BUCKETS)
    throw invalid(["buckets"], "range", `buckets must be from 1 to ${MOST_BUCKETS}.`, buckets);
  if (to.getTime() - from.getTime() < buckets)
    throw invalid(
      ["to"],
      "order",
      "to must be after from, by a millisecond a bucket at least.",
      to.toISOString(),
    );
}
