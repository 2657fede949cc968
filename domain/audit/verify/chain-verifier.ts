import type { Id } from "../../ids.js";
import { merkleRoot } from "../merkle.js";
import { INSTALLATION_CHAIN, MOST_SEALED } from "../seal.js";
import { Faults, type Fault, type FaultKind } from "./faults.js";
import { KeyRing } from "./key-ring.js";
import { purgeFault } from "./purge-fault.js";
import { readEntry, type ReadEntry } from "./read-entry.js";
import { isPurged, type ProofRecord, type PurgeRecord, type SealRecord } from "./records.js";
import { FROM_THE_BEGINNING, SealLine, type Start } from "./seal-line.js";

/** What a check of one chain found. */
export interface Verdict {
  readonly isIntact: boolean;
  readonly entries: number;
  readonly seals: number;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** The first twenty, in order. */
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  /** Up to here the chain is known outside as it is. */
  readonly anchoredSeq: number | null;
  readonly anchoredAt: string | null;
  readonly keyIds: readonly string[];
  readonly purged: readonly PurgeRecord[];
}

export interface VerifierOptions {
  /** Whether every entry has to be there; not so in a bundle of some of them. */
  readonly isWhole: boolean;
  readonly start?: Start;
  /** Names of the keys that count by themselves; default: the first key that is there. */
  readonly trusted?: ReadonlySet<string> | undefined;
}

/** Checks the records of one chain as they go by (docs/audit-format.md). After a fault it goes on where there is sense in it. */
export class ChainVerifier {
  readonly faults = new Faults();
  private readonly keys: KeyRing;
  private readonly line: SealLine;
  private readonly purges: PurgeRecord[] = [];
  private open: OpenSeal | null = null;
  private entries = 0;
  private seals = 0;
  private firstSeq: number | null = null;
  private lastSeq: number | null = null;

  constructor(
    private readonly chain: Id,
    private readonly options: VerifierOptions,
  ) {
    this.keys = new KeyRing(options.trusted);
    this.line = new SealLine(chain, this.keys, this.faults, options.start ?? FROM_THE_BEGINNING);
  }

  take(record: ProofRecord | ReadEntry): void {
    if (record.type === "entry") return this.takeEntry(readEntry(record));
    if (record.type === "read-entry") return this.takeEntry(record);
    if (record.type === "seal") return this.takeSeal(record);
    if (record.type === "key") return this.keys.add(record);
    if (record.type === "purge") return this.takePurge(record);
    if (record.chain === this.chain) this.line.anchors.add(record);
  }

  /** @param isEnd whether what came last is the newest there is; default true */
  end(isEnd = true): Verdict {
    this.close();
    this.line.end(isEnd);
    const { anchored } = this.line;
    return {
      isIntact: this.faults.count === 0,
      entries: this.entries,
      seals: this.seals,
      firstSeq: this.firstSeq,
      lastSeq: this.lastSeq,
      faults: this.faults.first,
      faultCount: this.faults.count,
      anchoredSeq: anchored?.lastSeq ?? null,
      anchoredAt: anchored?.at ?? null,
      keyIds: [...this.line.keyIds],
      purged: this.purges,
    };
  }

  private takePurge(record: PurgeRecord): void {
    const fault = purgeFault(record);
    if (fault === null) this.purges.push(record);
    else this.faults.add("purge", { seal: record.firstSeal, seq: record.firstSeq }, fault);
  }

  private takeSeal(record: SealRecord): void {
    this.close();
    this.seals += 1;
    this.line.take(record);
    this.firstSeq ??= record.seal.firstSeq;
    this.lastSeq = record.seal.lastSeq;
    this.open = { ...record, seen: new Uint8Array(record.leaves?.length ?? 0) };
  }

  private takeEntry(entry: ReadEntry): void {
    this.entries += 1;
    const { open, faults } = this;
    const { seq } = entry;
    const at = seq - (open?.seal.firstSeq ?? 0);
    if (!open?.leaves || at < 0 || at >= open.leaves.length)
      return faults.add(
        "entry-place",
        { seq, ...(open && { seal: open.seal.number }) },
        `seq ${seq}: no seal has a place for this entry.`,
      );
    const leaf = open.leaves[at];
    const isSecond = open.seen[at] === 1;
    open.seen[at] = 1;
    const fault = isSecond
      ? (["entry-repeated", "there is more than one entry of this number."] as const)
      : leaf == null
        ? (["entry-changed", "the leaf of this entry is missing."] as const)
        : this.faultOf(entry, leaf);
    if (fault) faults.add(fault[0], { seq, seal: open.seal.number }, `seq ${seq}: ${fault[1]}`);
  }

  /** The first thing that is wrong with an entry where its leaf is `leaf`. */
  private faultOf(entry: ReadEntry, leaf: string): readonly [kind: FaultKind, message: string] | null {
    if (entry.chain !== this.chain)
      return [
        "entry-organisation",
        `the entry says that it belongs to ${entry.chain === INSTALLATION_CHAIN ? "no organisation" : entry.chain}, not to this chain.`,
      ];
    if (entry.leaf !== leaf) return ["entry-changed", "the entry is not what was sealed."];
    return entry.revealedFault === null ? null : ["revealed", entry.revealedFault];
  }

  /** What can be said of a seal when its entries have gone by. */
  private close(): void {
    if (!this.open) return;
    const { seal, leaves, seen } = this.open;
    const { number, firstSeq, lastSeq, count } = seal;
    this.open = null;
    // Retention takes a month as a whole: what is left of one was not left by it.
    const isGone = leaves === null && isPurged(seal, this.purges);
    const isExpected = this.options.isWhole && !isGone;
    if (leaves === null) {
      if (isExpected)
        this.faults.add(
          "entry-missing",
          { seal: number, seq: firstSeq },
          `seq ${firstSeq} to ${lastSeq}: the entries of seal ${number} are missing.`,
        );
      return;
    }
    if (isExpected)
      for (const [at, isThere] of seen.entries())
        if (isThere === 0)
          this.faults.add(
            "entry-missing",
            { seal: number, seq: firstSeq + at },
            `seq ${firstSeq + at}: the entry is missing.`,
          );
    if (leaves.length === count && leaves.includes(null)) return;
    const isSound = leaves.length === count && count >= 1 && count <= MOST_SEALED;
    if (!isSound || rootOf(leaves as readonly string[]) !== seal.root)
      this.faults.add(
        "leaves",
        { seal: number },
        `seal ${number} (seq ${firstSeq} to ${lastSeq}): the leaves are not those that were sealed.`,
      );
  }
}

interface OpenSeal extends SealRecord {
  /** 1 where the entry of a leaf has gone by. */
  readonly seen: Uint8Array;
}

const rootOf = (leaves: readonly string[]): string =>
  merkleRoot(leaves.map((leaf) => Buffer.from(leaf, "hex"))).toString("hex");
