import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { Revealed } from "./commitment.js";
import { ENTRY_COLUMNS, microseconds, type EntryRow } from "./entry-body.js";
import { MOST_SEALED, type SealBody } from "./seal.js";
import type { KeyRecord, PurgeRecord } from "./verify/records.js";

const KEYS = statement<KeyRecord>(
  "proof_keys",
  `select 'key' as type, key_id as "keyId", encode(public_key, 'hex') as "publicKey", endorsed_by as "endorsedBy",
     encode(endorsement, 'hex') as endorsement
   from audit_key order by first_used_at, endorsed_by is not null, key_id`,
);

/** All keys of the installation, in the order of their first use. */
export function findKeys(reader: Reader): Promise<KeyRecord[]> {
  return reader.query(KEYS);
}

const PURGES = statement<PurgeRecord>(
  "proof_purges",
  `select 'purge' as type, to_char(month, 'YYYY-MM') as month, first_seal as "firstSeal", last_seal as "lastSeal",
     first_seq as "firstSeq", last_seq as "lastSeq", policy, ${microseconds("at")} as at
   from audit_purge where chain_id = $1 order by month`,
);

/** One row a month at most. */
export function findPurges(reader: Reader, chain: Id): Promise<PurgeRecord[]> {
  return reader.query(PURGES, [chain]);
}

const HEAD = statement<{ number: number }>(
  "proof_head",
  "select number from audit_seal where chain_id = $1 order by number desc limit 1",
);

/** @returns 0 where there is no seal */
export async function findHeadNumber(reader: Reader, chain: Id): Promise<number> {
  const [head] = await reader.query(HEAD, [chain]);
  return head?.number ?? 0;
}

export interface StoredSeal {
  readonly seal: SealBody;
  readonly signature: string;
  /** As it is kept beside the seal; the next one takes it from there. */
  readonly hash: string;
}

type SealColumns = Omit<SealBody, "v" | "count"> & { readonly signature: string; readonly hash: string };

const SEALS_A_PAGE = 500;
const SEALS = statement<SealColumns>(
  "proof_seals",
  `select chain_id as chain, number, first_seq as "firstSeq", last_seq as "lastSeq", to_char(month, 'YYYY-MM') as month,
     encode(root, 'hex') as root, encode(previous, 'hex') as previous, key_id as "keyId",
     ${microseconds("sealed_at")} as "sealedAt", encode(signature, 'hex') as signature, encode(hash, 'hex') as hash
   from audit_seal where chain_id = $1 and number > $2 and number <= $3 order by number limit ${SEALS_A_PAGE}`,
);

const SEAL_BEFORE = statement<{ number: number }>(
  "proof_seal_before",
  "select number from audit_seal where chain_id = $1 and number < $2 order by number desc limit 1",
);

/** The seal that stands before this number; null where there is none. */
export async function findSealBefore(reader: Reader, chain: Id, number: number): Promise<StoredSeal | null> {
  const [before] = await reader.query(SEAL_BEFORE, [chain, number]);
  if (!before) return null;
  for await (const [seal] of findSeals(reader, chain, { after: before.number - 1, upTo: before.number }))
    return seal ?? null;
  return null;
}

/** The seals of a chain after `after`, up to `upTo`, page by page. */
export async function* findSeals(
  reader: Reader,
  chain: Id,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): AsyncGenerator<StoredSeal[]> {
  for (let last = after; last < upTo;) {
    const rows = await reader.query(SEALS, [chain, last, upTo]);
    if (rows.length === 0) return;
    yield rows.map(({ signature, hash, ...facts }) => ({
      seal: { v: 1, ...facts, count: facts.lastSeq - facts.firstSeq + 1 },
      signature,
      hash,
    }));
    last = rows.at(-1)!.number;
  }
}

/** A leaf, and its entry where that is there. */
export type SealedEntry = { readonly seq: number; readonly leaf: string } & (
  | { readonly id: null }
  | (EntryRow & { readonly known: readonly Readonly<Record<string, Revealed>>[] | null })
);

// More than one entry a number is a fault, which shows as well in a part of them. The entry is looked up leaf by leaf,
// by its key: no plan that reads whole months is ever better.
const SEALED_ENTRIES = statement<SealedEntry>(
  "proof_entries",
  `select l.seq, encode(l.leaf, 'hex') as leaf, e.*,
     (select jsonb_agg(p.fields) from event_pii p where p.event_id = l.event_id and p.at = l.at) as known
   from event_leaf l
   left join lateral (select ${ENTRY_COLUMNS} from event e where e.id = l.event_id and e.at = l.at limit 1) e on true
   where l.chain_id = $1 and l.seq between $2 and $3 order by l.seq, l.event_id limit ${2 * MOST_SEALED}`,
);

export function findSealedEntries(
  reader: Reader,
  chain: Id,
  { firstSeq, lastSeq }: { readonly firstSeq: number; readonly lastSeq: number },
): Promise<SealedEntry[]> {
  return reader.query(SEALED_ENTRIES, [chain, firstSeq, lastSeq]);
}

const NUMBERS = statement<{ seq: number }>(
  "proof_numbers",
  "select seq from event_leaf where chain_id = $1 and event_id = any($2::uuid[])",
);

/** The numbers of those entries that are sealed in this chain, in any order. */
export async function findNumbers(reader: Reader, chain: Id, ids: readonly Id[]): Promise<number[]> {
  return (await reader.query(NUMBERS, [chain, ids])).map(({ seq }) => seq);
}
