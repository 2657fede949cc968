/** What is wrong, in plain words, and where: at an entry, at a seal, or at neither where the place cannot be told. */
export interface Fault {
  readonly kind: FaultKind;
  readonly seq: number | null;
  readonly seal: number | null;
  readonly message: string;
}

export type FaultKind =
  /** The file is not what docs/audit-format.md says. */
  | "bundle"
  | "key"
  | "purge"
  | "anchor"
  /** Seals that an anchor names are missing at the end. */
  | "end-cut"
  | "seal-missing"
  | "seal-repeated"
  | "seal-chain"
  | "seal-range"
  | "seal-link"
  | "seal-signature"
  | "seal-hash"
  | "leaves"
  | "entry-missing"
  | "entry-repeated"
  | "entry-changed"
  | "entry-organisation"
  | "entry-place"
  | "entry-unsealed"
  | "revealed";

const MOST = 20;

/** The first twenty; of the others it is known how many there are. */
export class Faults {
  readonly first: Fault[] = [];
  count = 0;

  add(kind: FaultKind, place: { readonly seq?: number; readonly seal?: number }, message: string): void {
    this.count += 1;
    if (this.first.length < MOST)
      this.first.push({ kind, seq: place.seq ?? null, seal: place.seal ?? null, message });
  }
}

/** "seal 17", "seals 17 to 19" */
export const span = (thing: "seal" | "seq", first: number, last: number): string =>
  first === last ? `${thing} ${first}` : `${thing === "seal" ? "seals" : thing} ${first} to ${last}`;
