import type { AnchorRecord } from "./records.js";

const HASH_BYTES = 32;

export interface KnownAnchor {
  readonly number: number;
  readonly lastSeq: number;
  readonly at: string;
  readonly hash: string;
}

/** What is known outside of one chain: some sixty bytes for each minute in which it grew. None is left out: a cut shows in one. */
export class AnchorBook {
  private readonly numbers: number[] = [];
  private readonly lastSeqs: number[] = [];
  private readonly times: string[] = [];
  private hashes = Buffer.alloc(64 * HASH_BYTES);
  private order: Uint32Array | null = null;
  private next = 0;

  add({ number, lastSeq, at, hash }: AnchorRecord): void {
    const index = this.numbers.push(number) - 1;
    this.lastSeqs.push(lastSeq);
    this.times.push(at);
    if ((index + 1) * HASH_BYTES > this.hashes.length)
      this.hashes = Buffer.concat([this.hashes, Buffer.alloc(this.hashes.length)]);
    this.hashes.write(hash, index * HASH_BYTES, HASH_BYTES, "hex");
    this.order = null;
  }

  /** Those of this seal; asked for in ascending order. */
  *of(number: number): Generator<KnownAnchor> {
    this.order ??= Uint32Array.from(this.numbers.keys()).sort(
      (one, other) => this.numbers[one]! - this.numbers[other]!,
    );
    while (this.next < this.order.length && this.numbers[this.order[this.next]!]! < number) this.next += 1;
    for (let at = this.next; at < this.order.length && this.numbers[this.order[at]!] === number; at += 1)
      yield this.at(this.order[at]!);
  }

  /** The one with the highest number. */
  newest(): KnownAnchor | null {
    let newest = -1;
    for (const [index, number] of this.numbers.entries())
      if (newest < 0 || number >= this.numbers[newest]!) newest = index;
    return newest < 0 ? null : this.at(newest);
  }

  private at(index: number): KnownAnchor {
    return {
      number: this.numbers[index]!,
      lastSeq: this.lastSeqs[index]!,
      at: this.times[index]!,
      hash: this.hashes.toString("hex", index * HASH_BYTES, (index + 1) * HASH_BYTES),
    };
  }
}
