import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";
import { findHeadNumber, findSealBefore, type StoredSeal } from "./chain.queries.js";
import { readChain } from "./read-chain.js";
import { sealHash } from "./seal.js";
import { countUnsealed, findLooseLeaves, findSpan, findStrays, type TimeSpan } from "./strays.queries.js";
import { ChainVerifier, type Verdict } from "./verify/chain-verifier.js";
import type { AnchorRecord } from "./verify/records.js";
import { FROM_THE_BEGINNING, type Start } from "./verify/seal-line.js";

export interface ChainVerdict extends Verdict {
  /** Entries that wait for their seal. */
  readonly unsealed: number;
}

export interface VerifyOptions extends Partial<TimeSpan> {
  readonly anchors?: AsyncIterable<AnchorRecord>;
  /** Names of the keys that count by themselves; default: the installation's first one. */
  readonly trusted?: ReadonlySet<string> | undefined;
}

/** So many entries that were never sealed are named; more say nothing new. */
const MOST_STRAYS = 21;

/**
 * Checks what the database has of a chain, or of it what was sealed between two moments: by the same rules as a bundle,
 * and that nothing stands beside it. Read page by page.
 */
export async function verifyChain(
  reader: Reader,
  chain: Id,
  { from = null, to = null, anchors, trusted }: VerifyOptions = {},
): Promise<ChainVerdict> {
  const span = { from, to };
  const seals = await sealsIn(reader, chain, span);
  const verifier = new ChainVerifier(chain, { isWhole: true, start: seals.start, trusted });
  let stored: StoredSeal | null = null;
  const onSeal = (seal: StoredSeal) => {
    stored = seal;
  };
  for await (const record of readChain(reader, chain, { ...seals, anchors, onSeal })) {
    const before = verifier.faults.count;
    verifier.take(record);
    if (record.type === "seal" && verifier.faults.count === before) checkHash(verifier, stored);
  }
  const verdict = verifier.end(to === null);
  await checkBeside(reader, chain, span, verifier);
  const { faults } = verifier;
  const unsealed = await countUnsealed(reader, chain);
  return { ...verdict, isIntact: faults.count === 0, faultCount: faults.count, unsealed };
}

async function sealsIn(
  reader: Reader,
  chain: Id,
  span: TimeSpan,
): Promise<{ after: number; upTo: number | null; start: Start }> {
  const whole = { after: 0, start: FROM_THE_BEGINNING };
  if (span.from === null && span.to === null) return { ...whole, upTo: null };
  const found = await findSpan(reader, chain, span);
  const upTo = span.to === null ? null : (found?.last ?? 0);
  if (span.from === null) return { ...whole, upTo };
  const before = await findSealBefore(
    reader,
    chain,
    found?.first ?? (await findHeadNumber(reader, chain)) + 1,
  );
  if (before === null) return { ...whole, upTo };
  const { number, lastSeq } = before.seal;
  const start = { number, lastSeq, hash: sealHash(before.seal).toString("hex") };
  return { after: number, upTo, start };
}

/** The next seal will name the hash that is kept beside the last one. */
function checkHash({ faults }: ChainVerifier, stored: StoredSeal | null): void {
  if (stored === null || stored.hash === sealHash(stored.seal).toString("hex")) return;
  const { number, firstSeq } = stored.seal;
  faults.add(
    "seal-hash",
    { seal: number, seq: firstSeq },
    `seal ${number}: the hash that is kept beside it is another.`,
  );
}

async function checkBeside(
  reader: Reader,
  chain: Id,
  span: TimeSpan,
  { faults }: ChainVerifier,
): Promise<void> {
  for (const { seq, id } of await findLooseLeaves(reader, chain))
    faults.add("entry-place", { seq }, `seq ${seq}: no seal has a place for this entry (${id}).`);
  let count = 0;
  for await (const { id, at } of findStrays(reader, chain, span)) {
    faults.add("entry-unsealed", {}, `The entry ${id} of ${at} was never sealed, and does not wait for it.`);
    if ((count += 1) === MOST_STRAYS) return;
  }
}
