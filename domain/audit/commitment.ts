import { hash, randomBytes } from "node:crypto";
import { canonicalText } from "./canonical.js";

/** Stands in an entry for a value about a person; says nothing without the salt. */
export interface Commitment {
  readonly sha256: string;
}

/** What a commitment stands for: the salt in hex, and the value. Kept beside the entry until the person is erased. */
export type Revealed = readonly [salt: string, value: unknown];

const SALT_BYTES = 16;

export function commit(value: unknown): { commitment: Commitment; revealed: Revealed } {
  const salt = randomBytes(SALT_BYTES).toString("hex");
  return { commitment: { sha256: commitmentOf(salt, value) }, revealed: [salt, value] };
}

/** Longer values than this are rare, and have a buffer of their own. */
const scratch = Buffer.alloc(SALT_BYTES + 4_096);

/**
 * SHA-256(salt ‖ value) in hex; a value that is no text goes in as canonical JSON (RFC 8785).
 * @param salt hex of 16 bytes
 */
export function commitmentOf(salt: string, value: unknown): string {
  const text = typeof value === "string" ? value : canonicalText(value);
  const most = SALT_BYTES + 3 * text.length;
  const bytes = most > scratch.length ? Buffer.alloc(most) : scratch;
  const from = bytes.write(salt, 0, SALT_BYTES, "hex");
  return hash("sha256", bytes.subarray(0, from + bytes.write(text, from, "utf8")));
}

export function isCommitment(value: unknown): value is Commitment {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Commitment>).sha256 === "string" &&
    Object.keys(value).length === 1
  );
}
