import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { ENTRY_COLUMNS, microseconds, type EntryRow } from "./entry-body.js";
import type { Revealed } from "./commitment.js";
import { MOST_SEALED } from "./seal.js";

const TAKE_TURN = statement<{ taken: boolean; now: string }>(
  "seal_turn",
  `select pg_try_advisory_xact_lock(hashtext('postwatch sealer')) as taken, ${microseconds("clock_timestamp()")} as now`,
);

/** One seals at a time, until the transaction ends. @returns the database's time; null when it is another's turn */
export async function takeSealingTurn(reader: Reader): Promise<string | null> {
  const [turn] = await reader.query(TAKE_TURN);
  return turn!.taken ? turn!.now : null;
}

export interface Unsealed extends EntryRow {
  /** Its number when it is sealed already and only its words are missing: somebody it told of was erased. */
  readonly seq: string | null;
  readonly known: readonly Readonly<Record<string, Revealed>>[];
}

const UNSEALED = statement<Unsealed>(
  "unsealed_entries",
  `select ${ENTRY_COLUMNS}, l.seq,
     coalesce((select jsonb_agg(p.fields) from event_pii p where p.event_id = e.id and p.at = e.at), '[]') as known
   from pending_seal u join event e on e.id = u.event_id and e.at = u.at
   left join event_leaf l on l.event_id = e.id and l.at = e.at
   order by u.at, u.event_id limit ${MOST_SEALED}`,
);

/** The oldest entries without a seal, committed ones only: whichever commits late gets a later number. */
export function findUnsealed(reader: Reader): Promise<Unsealed[]> {
  return reader.query(UNSEALED);
}

export interface ChainHead {
  readonly chainId: Id;
  readonly number: string;
  readonly lastSeq: string;
  readonly hash: Buffer;
}

const HEADS = statement<ChainHead>(
  "chain_heads",
  `select c.id as "chainId", s.number, s.last_seq as "lastSeq", s.hash
   from unnest($1::uuid[]) c (id) cross join lateral
     (select number, last_seq, hash from audit_seal where chain_id = c.id order by number desc limit 1) s`,
);

export function findHeads(reader: Reader, chains: readonly Id[]): Promise<ChainHead[]> {
  return reader.query(HEADS, [chains]);
}

/** One statement: what is sealed, its count for the volume over time, what the search finds it by, and no note any more. */
const WRITE = statement<object>(
  "write_seals",
  `with sealed as (select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::bytea[], $6::text[])
       as l (chain, seq, id, at, leaf, outcome)),
   leaves as (insert into event_leaf (chain_id, seq, event_id, at, leaf) select chain, seq, id, at, leaf from sealed),
   quarters as (
     insert into audit_quarter as q (chain_id, begins_at, count, denied, failed)
     select chain, date_bin('15 minutes', at, 'epoch'), count(*),
       count(*) filter (where outcome = 'DENIED'), count(*) filter (where outcome = 'FAILED')
     from sealed group by 1, 2
     on conflict (chain_id, begins_at) do update
       set count = q.count + excluded.count, denied = q.denied + excluded.denied, failed = q.failed + excluded.failed),
   seals as (
     insert into audit_seal (chain_id, number, first_seq, last_seq, month, root, previous, hash, key_id, signature, sealed_at)
     select * from unnest($7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::date[], $12::bytea[], $13::bytea[], $14::bytea[],
       $15::text[], $16::bytea[], $17::timestamptz[])),
   words as (
     insert into event_text (event_id, at, tenant_id, words)
     select n.id, n.at, n.tenant_id, to_tsvector('simple', n.text)
     from unnest($18::uuid[], $19::timestamptz[], $20::uuid[], $21::text[]) n (id, at, tenant_id, text)
     on conflict do nothing)
   delete from pending_seal where event_id = any($18::uuid[])`,
);

export interface LeafRow {
  readonly chain: Id;
  readonly seq: number;
  /** Of the entry. */
  readonly id: Id;
  readonly at: string;
  readonly leaf: Buffer;
  readonly outcome: string;
}

export interface SealRow {
  readonly chain: Id;
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The first day of it. */
  readonly month: string;
  readonly root: Buffer;
  readonly previous: Buffer;
  readonly hash: Buffer;
  readonly keyId: string;
  readonly signature: Buffer;
  readonly sealedAt: string;
}

/** What the search finds an entry by. */
export interface WordsRow {
  readonly id: Id;
  readonly at: string;
  readonly tenantId: Id | null;
  readonly text: string;
}

/** Of the entries with words; `leaves` of those among them that had no number yet. */
export interface SealingRows {
  readonly leaves: readonly LeafRow[];
  readonly seals: readonly SealRow[];
  readonly words: readonly WordsRow[];
}

/** In one transaction with the turn, so that each entry is numbered and counted once. */
export async function writeSeals(reader: Reader, { leaves, seals, words }: SealingRows): Promise<void> {
  await reader.query(WRITE, [
    ...columns(leaves, ["chain", "seq", "id", "at", "leaf", "outcome"]),
    ...columns(seals, [
      "chain",
      "number",
      "firstSeq",
      "lastSeq",
      "month",
      "root",
      "previous",
      "hash",
      "keyId",
      "signature",
      "sealedAt",
    ]),
    ...columns(words, ["id", "at", "tenantId", "text"]),
  ]);
}

const columns = <T>(rows: readonly T[], keys: readonly (keyof T)[]): unknown[][] =>
  keys.map((key) => rows.map((row) => row[key]));
