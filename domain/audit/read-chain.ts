import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import {
  findHeadNumber,
  findKeys,
  findPurges,
  findSealedEntries,
  findSeals,
  type SealedEntry,
  type StoredSeal,
} from "./chain.queries.js";
import { bodyOf } from "./entry-body.js";
import { MOST_SEALED } from "./seal.js";
import {
  isPurged,
  type AnchorRecord,
  type EntryRecord,
  type ProofRecord,
  type PurgeRecord,
  type RevealedValue,
} from "./verify/records.js";

export interface ChainReading {
  /** Seals after this one, up to that one; null: to the newest, looked for when the anchors are read: those are older. */
  readonly after: number;
  readonly upTo: number | null;
  readonly anchors?: AsyncIterable<AnchorRecord> | undefined;
  /** The numbers that are wanted, ascending; default all. Leaves are read for the seals in which there are such. */
  readonly seqs?: readonly number[] | undefined;
  /** Told of each seal before its record: what stands beside it in the database and is no part of the proof. */
  readonly onSeal?: (seal: StoredSeal) => void;
}

/** What the database has of a chain, in the order in which it is checked. At most some thousand entries in memory. */
export async function* readChain(
  reader: Reader,
  chain: Id,
  reading: ChainReading,
): AsyncGenerator<ProofRecord> {
  yield* await findKeys(reader);
  const purges = await findPurges(reader, chain);
  yield* purges;
  if (reading.anchors) yield* reading.anchors;
  const upTo = reading.upTo ?? (await findHeadNumber(reader, chain));
  const isWanted = pointer(reading.seqs);
  for await (const page of findSeals(reader, chain, { after: reading.after, upTo })) {
    const seals = page.map((stored) => ({ stored, ...isWanted(stored) }));
    for (const group of groups(seals)) {
      const rows = group[0]!.isRead
        ? await findSealedEntries(reader, chain, {
            firstSeq: group[0]!.stored.seal.firstSeq,
            lastSeq: group.at(-1)!.stored.seal.lastSeq,
          })
        : [];
      let next = 0;
      for (const { stored, isRead, seqs } of group) {
        const { seal, signature } = stored;
        const from = next;
        while (next < rows.length && rows[next]!.seq <= seal.lastSeq) next += 1;
        const own = rows.slice(from, next);
        if (isRead && own.length === 0 && !isPurged(seal, purges))
          yield* await laterPurges(reader, chain, purges);
        reading.onSeal?.(stored);
        const hasLeaves = isRead && (own.length > 0 || !isPurged(seal, purges));
        yield { type: "seal", seal, signature, leaves: hasLeaves ? leavesOf(stored, own) : null };
        for (const row of own) if (row.id !== null && (seqs?.has(row.seq) ?? true)) yield entryOf(row);
      }
    }
  }
}

interface WantedSeal {
  readonly stored: StoredSeal;
  readonly isRead: boolean;
  /** Those of its numbers that are wanted; null: all. */
  readonly seqs: ReadonlySet<number> | null;
}

/** Goes along the wanted numbers as the seals go by. What a seal cannot hold is not read: it is a fault anyhow. */
function pointer(seqs: readonly number[] | undefined): (stored: StoredSeal) => Omit<WantedSeal, "stored"> {
  let next = 0;
  return ({ seal: { firstSeq, lastSeq, count } }) => {
    const isSound = count >= 1 && count <= MOST_SEALED;
    if (seqs === undefined) return { isRead: isSound, seqs: null };
    const own = new Set<number>();
    for (; next < seqs.length && seqs[next]! <= lastSeq; next += 1)
      if (seqs[next]! >= firstSeq) own.add(seqs[next]!);
    return { isRead: isSound && own.size > 0, seqs: own };
  };
}

/** Neighbours that are read with one statement, at most as many entries as one seal may have. */
function* groups(seals: readonly WantedSeal[]): Generator<WantedSeal[]> {
  let group: WantedSeal[] = [];
  let count = 0;
  for (const each of seals) {
    const last = group.at(-1);
    const isNeighbour =
      last?.isRead === each.isRead && last.stored.seal.lastSeq + 1 === each.stored.seal.firstSeq;
    if (last && (!isNeighbour || count + each.stored.seal.count > MOST_SEALED)) {
      yield group;
      group = [];
      count = 0;
    }
    group.push(each);
    count += each.stored.seal.count;
  }
  if (group.length > 0) yield group;
}

/** Retention may have gone by since the reading began. */
async function laterPurges(reader: Reader, chain: Id, known: PurgeRecord[]): Promise<PurgeRecord[]> {
  const months = new Set(known.map(({ month }) => month));
  const later = (await findPurges(reader, chain)).filter(({ month }) => !months.has(month));
  known.push(...later);
  return later;
}

function leavesOf(
  { seal: { firstSeq, count } }: StoredSeal,
  rows: readonly SealedEntry[],
): (string | null)[] {
  const leaves = Array.from<string | null>({ length: count }).fill(null);
  for (const { seq, leaf } of rows) leaves[seq - firstSeq] ??= leaf;
  return leaves;
}

function entryOf(row: Extract<SealedEntry, { id: Id }>): EntryRecord {
  return { type: "entry", seq: row.seq, body: bodyOf(row), revealed: (row.known ?? []).flatMap(revealedOf) };
}

export const revealedOf = (fields: Readonly<Record<string, readonly [string, unknown]>>): RevealedValue[] =>
  Object.entries(fields).map(([path, [salt, value]]) => ({ path: pathOf(path), salt, value }));

/** "targets.0.label" → ["targets", 0, "label"] */
const pathOf = (path: string): (string | number)[] =>
  path.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
