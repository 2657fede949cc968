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

const ADD_LEAVES = statement<object>(
  "add_leaves",
  `insert into event_leaf (chain_id, seq, event_id, at, leaf)
   select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::bytea[])`,
);
const COUNT_QUARTERS = statement<object>(
  "count_audit_quarters",
  `insert into audit_quarter as q (chain_id, begins_at, count, denied, failed)
   select n.chain, date_bin('15 minutes', n.at, 'epoch'), count(*),
     count(*) filter (where n.outcome = 'DENIED'), count(*) filter (where n.outcome = 'FAILED')
   from unnest($1::uuid[], $2::timestamptz[], $3::text[]) n (chain, at, outcome) group by 1, 2
   on conflict (chain_id, begins_at) do update
     set count = q.count + excluded.count, denied = q.denied + excluded.denied, failed = q.failed + excluded.failed`,
);
const ADD_SEALS = statement<object>(
  "add_seals",
  `insert into audit_seal (chain_id, number, first_seq, last_seq, month, root, previous, hash, key_id, signature, sealed_at)
   select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::date[], $6::bytea[], $7::bytea[], $8::bytea[], $9::text[],
     $10::bytea[], $11::timestamptz[])`,
);
const ADD_WORDS = statement<object>(
  "add_words",
  `insert into event_text (event_id, at, tenant_id, words)
   select n.id, n.at, n.tenant_id, to_tsvector('simple', n.text)
   from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[]) n (id, at, tenant_id, text)
   on conflict do nothing`,
);
const REMOVE_NOTES = statement<object>(
  "remove_seal_notes",
  "delete from pending_seal where event_id = any($1::uuid[])",
);

export interface LeafRow {
  readonly chain: Id;
  readonly seq: number;
  /** Of the entry. */
  readonly id: Id;
  readonly at: string;
  readonly leaf: Buffer;
}

export async function addLeaves(reader: Reader, leaves: readonly LeafRow[]): Promise<void> {
  const column = <K extends keyof LeafRow>(key: K) => leaves.map((leaf) => leaf[key]);
  await reader.query(ADD_LEAVES, [
    column("chain"),
    column("seq"),
    column("id"),
    column("at"),
    column("leaf"),
  ]);
}

/** For the volume over time; in the transaction that seals them, so that each is counted once. */
export async function countQuarters(
  reader: Reader,
  entries: readonly { readonly chain: Id; readonly at: string; readonly outcome: string }[],
): Promise<void> {
  const column = <K extends "chain" | "at" | "outcome">(key: K) => entries.map((entry) => entry[key]);
  await reader.query(COUNT_QUARTERS, [column("chain"), column("at"), column("outcome")]);
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

export async function addSeals(reader: Reader, seals: readonly SealRow[]): Promise<void> {
  const column = <K extends keyof SealRow>(key: K) => seals.map((seal) => seal[key]);
  await reader.query(ADD_SEALS, [
    column("chain"),
    column("number"),
    column("firstSeq"),
    column("lastSeq"),
    column("month"),
    column("root"),
    column("previous"),
    column("hash"),
    column("keyId"),
    column("signature"),
    column("sealedAt"),
  ]);
}

/** What the search finds an entry by. */
export async function addWords(
  reader: Reader,
  entries: readonly {
    readonly id: Id;
    readonly at: string;
    readonly tenantId: Id | null;
    readonly text: string;
  }[],
): Promise<void> {
  const column = <K extends keyof (typeof entries)[number]>(key: K) => entries.map((entry) => entry[key]);
  await reader.query(ADD_WORDS, [column("id"), column("at"), column("tenantId"), column("text")]);
}

export async function removeSealNotes(reader: Reader, ids: readonly Id[]): Promise<void> {
  await reader.query(REMOVE_NOTES, [ids]);
}
