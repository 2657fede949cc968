import { hash } from "node:crypto";
import { canonicalText } from "../canonical.js";
import { commitmentOf, isCommitment } from "../commitment.js";
import { INSTALLATION_CHAIN } from "../seal.js";
import type { EntryRecord, RevealedValue } from "./records.js";

/** All that the check of a chain has to know of an entry. What it is made of is of this entry alone, so that anybody may make it. */
export interface ReadEntry {
  readonly type: "read-entry";
  readonly seq: number;
  /** The chain that it says it belongs to. */
  readonly chain: string;
  /** SHA-256 of its canonical body in hex; null where there is no such form. */
  readonly leaf: string | null;
  /** The first value that is revealed and is not the one that the body commits to, with what is wrong; null: none. */
  readonly revealedFault: string | null;
}

export function readEntry({ seq, body, revealed }: EntryRecord): ReadEntry {
  return {
    type: "read-entry",
    seq,
    chain: chainOf(body.tenantId),
    leaf: leafIn(body),
    revealedFault: firstFault(revealed, body),
  };
}

/** A bundle may have anything in this place. */
const chainOf = (tenantId: unknown): string =>
  typeof tenantId === "string" ? tenantId : tenantId == null ? INSTALLATION_CHAIN : JSON.stringify(tenantId);

function leafIn(body: object): string | null {
  try {
    return hash("sha256", canonicalText(body));
  } catch {
    // Text with half a character in it, or a hundred thousand brackets, has no form that was ever sealed.
    return null;
  }
}

function firstFault(revealed: readonly RevealedValue[], body: object): string | null {
  for (const value of revealed) {
    const fault = faultOf(value, body);
    if (fault !== null) return `${value.path.join(".")} ${fault}`;
  }
  return null;
}

function faultOf({ path, salt, value }: RevealedValue, body: object): string | null {
  let place: unknown = body;
  for (const part of path)
    place =
      typeof place === "object" && place !== null && Object.hasOwn(place, part)
        ? place[part as never]
        : undefined;
  if (!isCommitment(place)) return "is revealed, and the entry says nothing of it.";
  return isValueOf(place.sha256, salt, value) ? null : "is revealed as another value than was sealed.";
}

function isValueOf(sha256: string, salt: string, value: unknown): boolean {
  try {
    return commitmentOf(salt, value) === sha256;
  } catch {
    return false;
  }
}
