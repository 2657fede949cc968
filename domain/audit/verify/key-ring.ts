import { verify, type KeyObject } from "node:crypto";
import { endorsementText, keyIdOf, publicKeyOf } from "../seal.js";
import type { KeyRecord } from "./records.js";

export interface JudgedKey {
  readonly publicKey: KeyObject | null;
  /** What is wrong with it, to be read after its name. */
  readonly fault: string | null;
}

/** The keys of a chain: the first one counts, and whoever is endorsed by one that counts. */
export class KeyRing {
  private readonly records = new Map<string, KeyRecord>();
  private readonly judged = new Map<string, JudgedKey>();

  /** @param trusted the names of the keys that count by themselves; default: the first one that is there */
  constructor(private readonly trusted?: ReadonlySet<string>) {}

  add(record: KeyRecord): void {
    if (!this.records.has(record.keyId)) this.records.set(record.keyId, record);
  }

  judge(keyId: string): JudgedKey {
    const known = this.judged.get(keyId);
    if (known) return known;
    // Whoever asks again on the way round endorses themselves in a circle.
    this.judged.set(keyId, { publicKey: null, fault: "is endorsed by no key before it" });
    const judged = this.judgeAnew(keyId);
    this.judged.set(keyId, judged);
    return judged;
  }

  private judgeAnew(keyId: string): JudgedKey {
    const record = this.records.get(keyId);
    if (!record) return { publicKey: null, fault: "is not among the keys" };
    const publicKey = publicKeyIn(record);
    if (publicKey === null) return { publicKey, fault: "has another name than its bytes say" };
    if (this.trusted?.has(keyId) ?? this.records.keys().next().value === keyId)
      return { publicKey, fault: null };
    const { endorsedBy, endorsement } = record;
    if (endorsedBy === null || endorsement === null)
      return { publicKey, fault: "is endorsed by no key before it" };
    const older = this.judge(endorsedBy);
    const isSigned =
      older.publicKey !== null &&
      verify(null, endorsementText(keyId), older.publicKey, Buffer.from(endorsement, "hex"));
    if (!isSigned) return { publicKey, fault: `is not endorsed by ${endorsedBy}, as it says` };
    return {
      publicKey,
      fault: older.fault === null ? null : `is endorsed by ${endorsedBy}, which ${older.fault}`,
    };
  }
}

function publicKeyIn({ keyId, publicKey }: KeyRecord): KeyObject | null {
  const bytes = Buffer.from(publicKey, "hex");
  if (bytes.length !== 32 || keyIdOf(bytes) !== keyId) return null;
  try {
    return publicKeyOf(bytes);
  } catch {
    return null;
  }
}
