import { afterAll, beforeAll, expect, test } from "vitest";
import { bodyOf, ENTRY_COLUMNS, leafOf, type EntryRow } from "../../domain/audit/entry-body.js";
import { introduceKey } from "../../domain/audit/keys.queries.js";
import { merkleRoot } from "../../domain/audit/merkle.js";
import { isSealSigned, publicKeyOf, sealHash, type SealBody } from "../../domain/audit/seal.js";
import { sealEntries } from "../../domain/audit/seal-entries.js";
import { microseconds } from "../../domain/audit/entry-body.js";
import { newId } from "../../domain/ids.js";
import { openSealingKey } from "../../platform/audit-keys.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";
import { freshDatabase, makeUser, TEST_SECRET, type TestDatabase } from "../support/database.js";

let db: TestDatabase;
const key = openSealingKey(undefined, TEST_SECRET);
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const asSealer = {
  actor: { kind: "JOB", name: "audit.seal" } as const,
  tenantId: null,
  request: { requestId: newId() },
};
const seal = () =>
  inTransaction(db.database, asSealer, async (op) => {
    await introduceKey(op, key, null);
    return sealEntries(op, key);
  });

async function chainOf(tenantId: string) {
  const seals = await db.sql<Record<string, never> & { signature: Buffer }>(
    `select chain_id as chain, number::int, first_seq::int as "firstSeq", last_seq::int as "lastSeq",
       to_char(month, 'YYYY-MM') as month, encode(root, 'hex') as root, encode(previous, 'hex') as previous,
       key_id as "keyId", ${microseconds("sealed_at")} as "sealedAt", signature
     from audit_seal where chain_id = $1 order by number`,
    [tenantId],
  );
  const entries = await db.sql<EntryRow & { seq: string; leaf: Buffer }>(
    `select ${ENTRY_COLUMNS}, l.seq, l.leaf from event_leaf l join event e on e.id = l.event_id and e.at = l.at
     where l.chain_id = $1 order by l.seq`,
    [tenantId],
  );
  return { seals, entries };
}

test("an entry gets its number, a leaf of all that was written, and a seal that follows the one before it", async () => {
  const { op, tenantId } = await makeUser(db.database);
  const target = { type: "campaign", id: newId(), label: "Spring" };
  await op.record("campaign.launched", { targets: [target] });
  await op.record("campaign.paused", {
    targets: [target],
    changes: [{ field: "share", before: 0.5, after: 2 }],
  });
  expect((await seal())?.grown).toContainEqual({ chainId: tenantId, lastSeq: 2 });
  await op.record("campaign.resumed", { targets: [target] });
  await seal();

  const { seals, entries } = await chainOf(tenantId);
  expect(entries.map(({ seq, action }) => [Number(seq), action])).toEqual([
    [1, "campaign.launched"],
    [2, "campaign.paused"],
    [3, "campaign.resumed"],
  ]);
  expect(entries[1]!.changes).toEqual([{ field: "share", before: "0.5", after: 2 }]);
  for (const entry of entries) expect(entry.leaf).toEqual(leafOf(bodyOf(entry)));
  const bodies = seals.map(({ signature, ...facts }) => {
    const { firstSeq, lastSeq } = facts as unknown as SealBody;
    const body = { v: 1, ...facts, count: lastSeq - firstSeq + 1 } as unknown as SealBody;
    expect(isSealSigned(body, signature, publicKeyOf(key.publicKey))).toBe(true);
    return body;
  });
  expect(bodies.map(({ number, firstSeq, lastSeq }) => [number, firstSeq, lastSeq])).toEqual([
    [1, 1, 2],
    [2, 3, 3],
  ]);
  expect(bodies[0]!.previous).toBe("0".repeat(64));
  expect(bodies[1]!.previous).toBe(sealHash(bodies[0]!).toString("hex"));
  expect(bodies[0]!.root).toBe(merkleRoot([entries[0]!.leaf, entries[1]!.leaf]).toString("hex"));
  expect(
    await db.sql("select * from pending_seal where event_id = any($1)", [entries.map(({ id }) => id)]),
  ).toEqual([]);
});

test("what is about a person stands beside the entry, and is forgotten with them; the leaf stays what it was", async () => {
  const { op, tenantId, userId, email } = await makeUser(db.database);
  await op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
  await seal();
  const [before] = (await chainOf(tenantId)).entries;
  expect(JSON.stringify(bodyOf(before!))).not.toContain(email);
  expect(before!.actorLabel).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  const known = await db.sql<{ fields: Record<string, [string, string]> }>(
    "select fields from event_pii where event_id = $1",
    [before!.id],
  );
  expect(known.map(({ fields }) => fields["actor.label"]![1])).toEqual([email]);
  expect(
    await db.sql("select from event_text where words @@ phraseto_tsquery('simple', $1)", [email]),
  ).toHaveLength(1);

  expect(await db.sql("select audit_forget($1) as entries", [userId])).toEqual([{ entries: 1 }]);
  await seal();
  const [after] = (await chainOf(tenantId)).entries;
  expect(after).toEqual(before);
  expect(await db.sql("select from event_pii where event_id = $1", [before!.id])).toEqual([]);
  const words = await db.sql<{ words: string }>("select words::text from event_text where event_id = $1", [
    before!.id,
  ]);
  expect(words).toHaveLength(1);
  expect(words[0]!.words).not.toContain(email);
});

test("entries, leaves, seals and keys are never changed or deleted, whoever addresses their partition", async () => {
  const { op, tenantId } = await makeUser(db.database);
  await op.record("auth.logout", { targets: [] });
  await seal();
  const month = new Date().toISOString().slice(0, 7).replace("-", "_");
  for (const statement of [
    "update event set action = 'user.erased' where tenant_id = $1",
    `update event_${month} set action = 'user.erased' where tenant_id = $1`,
    `delete from event_${month} where tenant_id = $1`,
    "delete from event_leaf where chain_id = $1",
    "update event_leaf set seq = 7 where chain_id = $1",
    "delete from audit_seal where chain_id = $1",
    "update audit_key set public_key = public_key where $1::uuid is not null",
  ])
    await expect(db.sql(statement, [tenantId]), statement).rejects.toThrow(/are never changed or deleted/);
  for (const table of ["event", `event_${month}`, "event_leaf", "audit_seal", "audit_key"])
    await expect(db.sql(`truncate ${table}`), table).rejects.toThrow(/never changed|cannot truncate/);
  expect((await chainOf(tenantId)).entries).toHaveLength(1);
});
