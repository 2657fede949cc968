import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { bundleLine } from "#domain/audit/bundle.js";
import { commit, type Commitment } from "#domain/audit/commitment.js";
import { leafOf, type EntryBody } from "#domain/audit/entry-body.js";
import { merkleRoot } from "#domain/audit/merkle.js";
import { MOST_SEALED, NO_SEAL, sealHash, sealingKey, signSeal, type SealBody } from "#domain/audit/seal.js";
import type { EntryRecord, RevealedValue } from "#domain/audit/verify/records.js";
import { newId } from "#domain/ids.js";
import { ed25519Of } from "#platform/audit-keys.js";

const CHAIN = newId();
const AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";

/** A whole bundle, made as the product makes one but for the database. */
export async function writeBundle(path: string, entries: number): Promise<void> {
  const file = createWriteStream(path, { highWaterMark: 1 << 22 });
  const write = async (text: string) => {
    if (!file.write(text)) await once(file, "drain");
  };
  const key = sealingKey(ed25519Of(randomBytes(32)));
  const head = {
    type: "bundle",
    version: 1,
    chain: CHAIN,
    exportedAt: new Date().toISOString(),
    filter: null,
  };
  await write(`${JSON.stringify(head)}\n`);
  const { keyId, publicKey } = key;
  await write(
    bundleLine({
      type: "key",
      keyId,
      publicKey: publicKey.toString("hex"),
      endorsedBy: null,
      endorsement: null,
    }),
  );
  let previous: Buffer = NO_SEAL;
  let seals = 0;
  for (let done = 0; done < entries; seals += 1) {
    const count = Math.min(MOST_SEALED, entries - done);
    const records = Array.from({ length: count }, (_, at) => entry(done + at + 1));
    const leaves = records.map(({ body }) => leafOf(body));
    const seal: SealBody = {
      v: 1,
      chain: CHAIN,
      number: seals + 1,
      firstSeq: done + 1,
      lastSeq: done + count,
      count,
      month: "2026-11",
      root: merkleRoot(leaves).toString("hex"),
      previous: previous.toString("hex"),
      keyId,
      sealedAt: "2026-11-26T16:40:12.300000Z",
    };
    const signature = signSeal(seal, key).toString("hex");
    const line = bundleLine({
      type: "seal",
      seal,
      signature,
      leaves: leaves.map((leaf) => leaf.toString("hex")),
    });
    await write(line + records.map(bundleLine).join(""));
    previous = sealHash(seal);
    done += count;
  }
  await write(`${JSON.stringify({ type: "end", entries, seals })}\n`);
  file.end();
  await once(file, "finish");
}

function entry(seq: number): EntryRecord {
  const revealed: RevealedValue[] = [];
  const beside = (path: readonly (string | number)[], value: string): Commitment => {
    const { commitment, revealed: shown } = commit(value);
    revealed.push({ path, salt: shown[0], value });
    return commitment;
  };
  const body: EntryBody = {
    id: newId(),
    tenantId: CHAIN,
    at: "2026-11-26T16:40:12.123456Z",
    action: "campaign.updated",
    actor: {
      kind: "USER",
      id: newId(),
      label: beside(["actor", "label"], `somebody-${seq}@example.org`),
      onBehalfOf: null,
    },
    targets: [{ type: "campaign", id: newId(), label: `Campaign ${seq}` }],
    outcome: "SUCCESS",
    reasonCode: null,
    changes: [{ field: "name", before: `Campaign ${seq - 1}`, after: `Campaign ${seq}` }],
    context: {
      requestId: newId(),
      sessionId: newId(),
      ip: beside(["context", "ip"], `198.51.100.${seq % 256}`),
      userAgent: beside(["context", "userAgent"], AGENT),
    },
    schemaVersion: 2,
  };
  return { type: "entry", seq, body, revealed };
}
