import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import { bodyOf, leafOf } from "./entry-body.js";
import { merkleRoot } from "./merkle.js";
import { INSTALLATION_CHAIN, NO_SEAL, sealHash, signSeal, type SealBody, type SealingKey } from "./seal.js";
import {
  findHeads,
  findUnsealed,
  takeSealingTurn,
  writeSeals,
  type LeafRow,
  type SealRow,
  type Unsealed,
} from "./sealing.queries.js";
import { wordsOf } from "./entry-words.js";

export interface Sealed {
  /** Where each chain that has grown ends now. */
  readonly grown: readonly { readonly chainId: Id; readonly lastSeq: number }[];
  /** Entries that were looked at; as many as there is room for means that more wait. */
  readonly count: number;
}

/**
 * Gives the entries that have none their numbers and puts a seal on them. In one transaction of the caller's, which
 * one process at a time gets.
 * @returns null when it is another's turn
 */
export async function sealEntries(reader: Reader, key: SealingKey): Promise<Sealed | null> {
  const now = await takeSealingTurn(reader);
  if (now === null) return null;
  const entries = await findUnsealed(reader);
  if (entries.length === 0) return { grown: [], count: 0 };
  const { leaves, seals, grown } = await sealAll(
    reader,
    entries.filter(({ seq }) => seq === null),
    { key, now },
  );
  const words = entries.map((entry) => ({
    id: entry.id,
    at: entry.at,
    tenantId: entry.tenantId,
    text: wordsOf(entry),
  }));
  await writeSeals(reader, { leaves, seals, words });
  return { grown, count: entries.length };
}

interface Head {
  readonly number: number;
  readonly lastSeq: number;
  readonly hash: Buffer;
}

interface NewSeals {
  readonly leaves: readonly LeafRow[];
  readonly seals: readonly SealRow[];
  readonly grown: Sealed["grown"];
}

async function sealAll(
  reader: Reader,
  entries: readonly Unsealed[],
  by: { readonly key: SealingKey; readonly now: string },
): Promise<NewSeals> {
  const batches = batchesOf(entries);
  const chains = [...new Set(batches.map(({ chain }) => chain))];
  const heads = new Map<Id, Head>();
  for (const { chainId, number, lastSeq, hash } of await findHeads(reader, chains))
    heads.set(chainId, { number: Number(number), lastSeq: Number(lastSeq), hash });
  const leaves: LeafRow[] = [];
  const seals: SealRow[] = [];
  for (const batch of batches) {
    const head = heads.get(batch.chain) ?? { number: 0, lastSeq: 0, hash: NO_SEAL };
    const under = leavesOf(batch, head);
    const seal = sealOf(batch, { head, leaves: under, ...by });
    leaves.push(...under);
    seals.push(seal);
    heads.set(batch.chain, seal);
  }
  const grown = chains.map((chainId) => ({ chainId, lastSeq: heads.get(chainId)!.lastSeq }));
  return { leaves, seals, grown };
}

interface Batch {
  readonly chain: Id;
  readonly month: string;
  readonly rows: Unsealed[];
}

/** By chain and month: a month that goes by retention takes whole seals with it. */
function batchesOf(entries: readonly Unsealed[]): Batch[] {
  const batches = new Map<string, Batch>();
  for (const entry of entries) {
    const chain = entry.tenantId ?? INSTALLATION_CHAIN;
    const month = entry.at.slice(0, "2026-11".length);
    const batch = batches.get(chain + month) ?? { chain, month, rows: [] };
    batch.rows.push(entry);
    batches.set(chain + month, batch);
  }
  return [...batches.values()];
}

const leavesOf = ({ chain, rows }: Batch, { lastSeq }: Head): LeafRow[] =>
  rows.map((row, at) => ({
    chain,
    seq: lastSeq + 1 + at,
    id: row.id,
    at: row.at,
    leaf: leafOf(bodyOf(row)),
    outcome: row.outcome,
  }));

interface Sealing {
  readonly head: Head;
  readonly leaves: readonly LeafRow[];
  readonly key: SealingKey;
  readonly now: string;
}

function sealOf({ chain, month }: Batch, { head, leaves, key, now }: Sealing): SealRow {
  const root = merkleRoot(leaves.map(({ leaf }) => leaf));
  const body: SealBody = {
    v: 1,
    chain,
    number: head.number + 1,
    firstSeq: head.lastSeq + 1,
    lastSeq: head.lastSeq + leaves.length,
    count: leaves.length,
    month,
    root: root.toString("hex"),
    previous: head.hash.toString("hex"),
    keyId: key.keyId,
    sealedAt: now,
  };
  return {
    chain,
    number: body.number,
    firstSeq: body.firstSeq,
    lastSeq: body.lastSeq,
    month: `${month}-01`,
    root,
    previous: head.hash,
    hash: sealHash(body),
    keyId: key.keyId,
    signature: signSeal(body, key),
    sealedAt: now,
  };
}
