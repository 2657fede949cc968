import { verify } from "node:crypto";
import type { Id } from "../../ids.js";
import { canonicalBytes, NO_SEAL, sha256 } from "../seal.js";
import { AnchorBook, type KnownAnchor } from "./anchor-book.js";
import { span, type Faults } from "./faults.js";
import type { KeyRing } from "./key-ring.js";
import type { SealRecord } from "./records.js";

/** The seal after which a check begins. */
export interface Start {
  readonly number: number;
  readonly lastSeq: number;
  /** Hex. */
  readonly hash: string;
}

export const FROM_THE_BEGINNING: Start = { number: 0, lastSeq: 0, hash: NO_SEAL.toString("hex") };

/** Seals one after the other: whether each follows the one before, is signed, and is known outside as it is. */
export class SealLine {
  readonly anchors = new AnchorBook();
  /** Names of the keys that sealed, in the order of their first seal. */
  readonly keyIds = new Set<string>();
  /** The newest seal that is known outside as it is here. */
  anchored: KnownAnchor | null = null;
  private last: Start;

  constructor(
    private readonly chain: Id,
    private readonly keys: KeyRing,
    private readonly faults: Faults,
    start: Start,
  ) {
    this.last = start;
  }

  /** @returns the seal's hash in hex */
  take({ seal, signature }: SealRecord): string {
    const bytes = canonicalBytes(seal);
    const hash = sha256(bytes).toString("hex");
    this.checkPlace(seal);
    this.checkSignature(seal, bytes, signature);
    for (const anchor of this.anchors.of(seal.number)) {
      if (anchor.hash === hash) this.anchored = anchor;
      else
        this.faults.add(
          "anchor",
          { seal: seal.number, seq: seal.firstSeq },
          `seal ${seal.number} is not the one that was anchored at ${anchor.at}.`,
        );
    }
    if (seal.number > this.last.number) this.last = { number: seal.number, lastSeq: seal.lastSeq, hash };
    return hash;
  }

  /** @param isEnd whether seals after the last one would have been there, were there any */
  end(isEnd: boolean): void {
    const newest = this.anchors.newest();
    const { number, lastSeq } = this.last;
    if (!isEnd || newest === null || newest.number <= number) return;
    const missing = span("seal", number + 1, newest.number);
    this.faults.add(
      "end-cut",
      { seal: number + 1, seq: lastSeq + 1 },
      `The end is cut: ${missing} (${span("seq", lastSeq + 1, newest.lastSeq)}) ${number + 1 === newest.number ? "is" : "are"} missing; seal ${newest.number} was anchored at ${newest.at}.`,
    );
  }

  private checkPlace({ number, firstSeq, lastSeq, count, previous, chain }: SealRecord["seal"]): void {
    const { faults, last } = this;
    const here = { seal: number, seq: firstSeq };
    if (chain !== this.chain) faults.add("seal-chain", here, `seal ${number} is of another chain: ${chain}.`);
    if (number <= last.number)
      return faults.add("seal-repeated", here, `seal ${number} stands after seal ${last.number}.`);
    if (number > last.number + 1) {
      const [first, end] = [last.number + 1, number - 1];
      const place = { seal: first, seq: last.lastSeq + 1 };
      return faults.add(
        "seal-missing",
        place,
        `${span("seal", first, end)} ${first === end ? "is" : "are"} missing.`,
      );
    }
    if (firstSeq !== last.lastSeq + 1 || count < 1 || lastSeq !== firstSeq + count - 1)
      faults.add(
        "seal-range",
        here,
        `seal ${number} says that it has ${count} entries, seq ${firstSeq} to ${lastSeq}; seq ${last.lastSeq + 1} is next.`,
      );
    if (previous !== last.hash)
      faults.add(
        "seal-link",
        here,
        `seal ${number} does not follow seal ${last.number} as that one is here.`,
      );
  }

  private checkSignature(
    { number, firstSeq, keyId }: SealRecord["seal"],
    bytes: Buffer,
    signature: string,
  ): void {
    const here = { seal: number, seq: firstSeq };
    const { publicKey, fault } = this.keys.judge(keyId);
    if (fault !== null && !this.keyIds.has(keyId))
      this.faults.add("key", here, `seal ${number} is signed with the key ${keyId}, which ${fault}.`);
    this.keyIds.add(keyId);
    if (publicKey !== null && !verify(null, bytes, publicKey, Buffer.from(signature, "hex")))
      this.faults.add("seal-signature", here, `seal ${number} is not what was signed.`);
  }
}
