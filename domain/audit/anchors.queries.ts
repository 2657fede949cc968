import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { microseconds } from "./entry-body.js";
import { INSTALLATION_CHAIN } from "./seal.js";

/** The newest seal of a chain as it goes outside (docs/audit-format.md); bytes in hex. */
export interface Anchor {
  readonly at: string;
  readonly chain: Id;
  readonly hash: string;
  readonly keyId: string;
  readonly lastSeq: number;
  readonly number: number;
  readonly signature: string;
}

/** So many chains at once: some hundred kilobytes. */
const PAGE = 1_000;

const NEWEST_SEAL = statement<{ sealedAt: string | null }>(
  "newest_seal_time",
  `select ${microseconds("max(sealed_at)")} as "sealedAt" from audit_seal`,
);
// From chain to chain along the key, in its order: what it costs goes by chains, not by seals.
const GROWN = statement<Anchor>(
  "chains_to_anchor",
  `with recursive chain (id) as (
     (select chain_id from audit_seal where (chain_id, number) > ($1::uuid, $2::bigint) order by chain_id, number limit 1)
     union all
     select (select s.chain_id from audit_seal s where s.chain_id > chain.id order by s.chain_id limit 1)
     from chain where chain.id is not null)
   select ${microseconds("clock_timestamp()")} as at, chain.id as chain, encode(s.hash, 'hex') as hash, s.key_id as "keyId",
     s.last_seq::float8 as "lastSeq", s.number::float8 as number, encode(s.signature, 'hex') as signature
   from chain cross join lateral (select * from audit_seal where chain_id = chain.id order by number desc limit 1) s
   where s.number > coalesce((select a.number from audit_anchor a where a.chain_id = chain.id), 0)
   limit ${PAGE}`,
);
/** Behind every seal of a chain. */
const PAST_ALL = "9223372036854775807";
const NOTE = statement<object>(
  "note_anchors",
  `insert into audit_anchor (chain_id, number, anchored_at)
   select n.chain_id, n.number, n.at from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) n (chain_id, number, at)
   on conflict (chain_id) do update set number = excluded.number, anchored_at = excluded.anchored_at
   where audit_anchor.number < excluded.number`,
);
const NOTE_UNTIL = statement<object>(
  "note_anchored_until",
  `update installation set audit_anchored_until = greatest(audit_anchored_until, $1::timestamptz)`,
);

/**
 * Hands the newest seals of the chains that have grown since their last anchor to whoever keeps them, page by page, and
 * notes what has been kept. What `keep` refuses to keep is handed over again the next time.
 * @returns how many there were
 */
export async function anchorSeals(
  reader: Reader,
  keep: (anchors: readonly Anchor[]) => Promise<void>,
): Promise<number> {
  // Sealed one after the other: whatever is not seen yet is younger than this.
  const [newest] = await reader.query(NEWEST_SEAL);
  let count = 0;
  for (let page = await reader.query(GROWN, [INSTALLATION_CHAIN, 0]); page.length > 0;) {
    await keep(page);
    await reader.query(NOTE, [
      page.map(({ chain }) => chain),
      page.map(({ number }) => number),
      page.map(({ at }) => at),
    ]);
    count += page.length;
    page = page.length < PAGE ? [] : await reader.query(GROWN, [page.at(-1)!.chain, PAST_ALL]);
  }
  await reader.query(NOTE_UNTIL, [newest!.sealedAt]);
  return count;
}
