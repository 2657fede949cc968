import { ChainVerifier, type Verdict } from "./chain-verifier.js";
import type { BundleLine } from "./parse-line.js";
import { readLine, type ReadLine } from "./read-line.js";

const VERSION = 1;

/** Checks a bundle line by line; what it holds in memory does not grow with the number of entries. */
export class BundleVerifier {
  private verifier: ChainVerifier | null = null;
  private head: Extract<BundleLine, { type: "bundle" }> | null = null;
  private end: Extract<BundleLine, { type: "end" }> | null = null;
  private lines = 0;
  private broken: string | null = null;

  /** @param trusted names of the keys that count by themselves; default: the first one of the bundle */
  constructor(private readonly trusted?: ReadonlySet<string>) {}

  /** What the bundle says of itself; null before its first line. */
  get facts(): { readonly chain: string; readonly exportedAt: string; readonly filter: unknown } | null {
    return this.head;
  }

  /** @param text a line without its line feed */
  takeLine(text: string): void {
    this.take(readLine(text));
  }

  /** @param line the next one, which may have been read elsewhere */
  take(line: ReadLine): void {
    this.lines += 1;
    if (this.broken !== null) return;
    if (typeof line === "string") return this.fault(line);
    if (this.end !== null) return this.fault("stands after the last line.");
    if (line.type === "bundle") return this.begin(line);
    if (this.verifier === null) return this.fault("should be the first line of a bundle, and is not.");
    if (line.type === "end") this.end = line;
    else this.verifier.take(line);
  }

  /** @throws Error when the file is no bundle at all */
  finish(): Verdict {
    if (this.verifier === null)
      throw new Error(this.broken ?? "The file is empty: there is no bundle in it.");
    const verdict = this.verifier.end();
    const { faults } = this.verifier;
    if (this.end === null)
      faults.add("bundle", {}, `The file ends after line ${this.lines} without its last line: it was cut.`);
    else if (this.end.entries !== verdict.entries || this.end.seals !== verdict.seals)
      faults.add(
        "bundle",
        {},
        `The last line tells of ${this.end.entries} entries and ${this.end.seals} seals; there are ${verdict.entries} and ${verdict.seals}.`,
      );
    return { ...verdict, isIntact: faults.count === 0, faultCount: faults.count };
  }

  private begin(line: Extract<BundleLine, { type: "bundle" }>): void {
    if (this.verifier !== null) return this.fault("begins another bundle.");
    if (line.version !== VERSION)
      return this.fault(
        `says that the bundle is of version ${line.version}; this program knows version ${VERSION}.`,
      );
    this.head = line;
    this.verifier = new ChainVerifier(line.chain, { isWhole: line.filter === null, trusted: this.trusted });
  }

  private fault(words: string): void {
    const message = `Line ${this.lines} ${words}`;
    if (this.verifier === null) this.broken = message;
    else this.verifier.faults.add("bundle", {}, message);
  }
}
