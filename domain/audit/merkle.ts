import { hash } from "node:crypto";

const HASH_BYTES = 32;
/** Marks of RFC 9162, section 2.1.1: a leaf can never be taken for a node. */
const LEAF = 0;
const NODE = 1;

/** The Merkle Tree Hash of RFC 9162 (2.1.1) over the leaves in this order. @throws RangeError without a leaf */
export function merkleRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) throw new RangeError("A tree has at least one leaf.");
  const level = Buffer.alloc(leaves.length * HASH_BYTES);
  let leaf = Buffer.alloc(0);
  for (const [at, bytes] of leaves.entries()) {
    if (leaf.length !== 1 + bytes.length) leaf = Buffer.alloc(1 + bytes.length, LEAF);
    leaf.set(bytes, 1);
    put(level, at, leaf);
  }
  // From below, an odd one going up as it is: the same tree as splitting at the largest power of two.
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);
  for (let count = leaves.length; count > 1; count = Math.ceil(count / 2)) {
    for (let at = 0; at + 1 < count; at += 2) {
      level.copy(node, 1, at * HASH_BYTES, (at + 2) * HASH_BYTES);
      put(level, at / 2, node);
    }
    if (count % 2 === 1)
      level.copyWithin(((count - 1) / 2) * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES);
  }
  return level.subarray(0, HASH_BYTES);
}

/** As text of single bytes: a buffer for each digest costs twice as much as the digest. */
function put(level: Buffer, at: number, bytes: Buffer): void {
  level.write(hash("sha256", bytes, "binary"), at * HASH_BYTES, "binary");
}
