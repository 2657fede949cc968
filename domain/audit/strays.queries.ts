import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { microseconds } from "./entry-body.js";
import { INSTALLATION_CHAIN } from "./seal.js";

/** Both bounds included; null: from the first, to the last. */
export interface TimeSpan {
  readonly from: string | null;
  readonly to: string | null;
}

export interface Stray {
  readonly id: Id;
  readonly at: string;
}

type PagedStray = Stray & { readonly isStray: boolean; readonly place: number };

const PAGE = 5_000;
const IS_SEALED = "exists (select from event_leaf l where l.event_id = e.id and l.at = e.at)";
const WAITS = "exists (select from pending_seal u where u.event_id = e.id)";

/** Each with the last one of its page, from where the next begins. */
const strays = (name: string, tenant: string) =>
  statement<PagedStray>(
    name,
    `with page as materialized (
       select e.id, e.at from event e
       where ${tenant} and e.at between coalesce($2, '-infinity'::timestamptz) and coalesce($3, 'infinity'::timestamptz)
         and ($4::timestamptz is null or (e.at, e.id) > ($4, $5))
       order by e.at, e.id limit ${PAGE}),
     judged as (select e.id, e.at, not (${IS_SEALED} or ${WAITS}) as is_stray, row_number() over (order by e.at, e.id) as place from page e)
     select id, ${microseconds("at")} as at, is_stray as "isStray", place from judged
     where is_stray or place = ${PAGE} order by place`,
  );
const STRAYS = strays("strays_of_tenant", "e.tenant_id = $1");
const OWN_STRAYS = strays("strays_of_installation", "e.tenant_id is null and $1::uuid is not null");

/** The entries of a chain that have no seal and wait for none: nothing of ours wrote them. Oldest first. */
export async function* findStrays(reader: Reader, chain: Id, { from, to }: TimeSpan): AsyncGenerator<Stray> {
  const wanted = chain === INSTALLATION_CHAIN ? OWN_STRAYS : STRAYS;
  for (let after: Stray | null = null, isMore = true; isMore;) {
    const rows: PagedStray[] = await reader.query(wanted, [
      chain,
      from,
      to,
      after?.at ?? null,
      after?.id ?? null,
    ]);
    for (const { id, at, isStray } of rows) if (isStray) yield { id, at };
    after = rows.at(-1) ?? null;
    isMore = rows.at(-1)?.place === PAGE;
  }
}

const MOST_LOOSE = 21;
const LOOSE_LEAVES = statement<{ seq: number; id: Id }>(
  "loose_leaves",
  `select l.seq, l.event_id as id from event_leaf l
   where l.chain_id = $1 and (l.seq < 1 or l.seq >
     coalesce((select last_seq from audit_seal where chain_id = $1 order by number desc limit 1), 0))
   order by l.seq limit ${MOST_LOOSE}`,
);

/** Numbers that no seal of the chain reaches; at most twenty-one. */
export function findLooseLeaves(reader: Reader, chain: Id): Promise<{ seq: number; id: Id }[]> {
  return reader.query(LOOSE_LEAVES, [chain]);
}

const MOST_UNSEALED = 100_000;
const unsealed = (name: string, tenant: string) =>
  statement<{ count: number }>(
    name,
    `select count(*) from (select from pending_seal u join event e on e.id = u.event_id and e.at = u.at
       where ${tenant} and not ${IS_SEALED} limit ${MOST_UNSEALED}) u`,
  );
const UNSEALED = unsealed("unsealed_of_tenant", "e.tenant_id = $1");
const OWN_UNSEALED = unsealed("unsealed_of_installation", "e.tenant_id is null and $1::uuid is not null");

/** Entries that wait for their seal; counted up to 100,000. */
export async function countUnsealed(reader: Reader, chain: Id): Promise<number> {
  const [row] = await reader.query(chain === INSTALLATION_CHAIN ? OWN_UNSEALED : UNSEALED, [chain]);
  return row!.count;
}

const SPAN = statement<{ first: number | null; last: number | null }>(
  "sealed_in_span",
  `select min(number) as first, max(number) as last from audit_seal where chain_id = $1
   and sealed_at between coalesce($2, '-infinity'::timestamptz) and coalesce($3, 'infinity'::timestamptz)`,
);

/** @returns the first and the last seal that was made in this time; null where there is none */
export async function findSpan(
  reader: Reader,
  chain: Id,
  { from, to }: TimeSpan,
): Promise<{ readonly first: number; readonly last: number } | null> {
  const [row] = await reader.query(SPAN, [chain, from, to]);
  const { first, last } = row!;
  return first === null || last === null ? null : { first, last };
}
