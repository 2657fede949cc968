import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { introduceKey } from "../../domain/audit/keys.queries.js";
import { sealHash, sealingKey, signSeal, type SealBody } from "../../domain/audit/seal.js";
import { verifyChain } from "../../domain/audit/verify-chain.js";
import type { SealRecord } from "../../domain/audit/verify/records.js";
import { newId } from "../../domain/ids.js";
import { ed25519Of } from "../../platform/audit-keys.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { anchorOf, bundleOf, each, judge, placesOf, seal, tamper, TEST_KEY } from "./proof-support.js";

let db: TestDatabase;
let user: TestUser;
beforeEach(async () => {
  db = await freshDatabase();
  user = await makeUser(db.database);
  await note();
  await seal(db);
});
afterEach(() => db.close());

const newKey = () => sealingKey(ed25519Of(randomBytes(32)));
const note = () => user.op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
const check = () => verifyChain(db.database, user.tenantId);

test("a key that the one before it endorses seals on; what the old one sealed stays right", async () => {
  const [second, third] = [newKey(), newKey()];
  await note();
  await seal(db, second, TEST_KEY);
  await note();
  await seal(db, third, second);
  expect(await check()).toMatchObject({
    isIntact: true,
    seals: 3,
    keyIds: [TEST_KEY.keyId, second.keyId, third.keyId],
  });
  const bundle = await bundleOf(db, user.tenantId);
  expect(judge(bundle).isIntact).toBe(true);
  expect(judge(bundle, new Set([TEST_KEY.keyId])).isIntact).toBe(true);
  expect(placesOf(judge(bundle, new Set([newKey().keyId])))[0]).toEqual(["key", 1, 1]);
});

test("a key that nobody endorsed is named at its first seal; who knows it says so", async () => {
  const other = newKey();
  for (let at = 0; at < 2; at += 1) {
    await note();
    await seal(db, other);
  }
  const verdict = await check();
  expect(verdict.faults).toEqual([
    {
      kind: "key",
      seq: 2,
      seal: 2,
      message: `seal 2 is signed with the key ${other.keyId}, which is endorsed by no key before it.`,
    },
  ]);
  const trusted = new Set([TEST_KEY.keyId, other.keyId]);
  expect((await verifyChain(db.database, user.tenantId, { trusted })).isIntact).toBe(true);
});

test("an endorsement that the older key never gave is named", async () => {
  const [thief, second] = [newKey(), newKey()];
  await note();
  await seal(db, second, TEST_KEY);
  await tamper(db, [
    "update audit_key set endorsement = $1 where key_id = $2",
    [signSeal({ keyId: second.keyId } as SealBody, thief), second.keyId],
  ]);
  expect((await check()).faults).toMatchObject([
    {
      kind: "key",
      seal: 2,
      message: expect.stringContaining(`is not endorsed by ${TEST_KEY.keyId}, as it says`),
    },
  ]);
});

test("a chain that is computed anew with another key: the key shows, and without it the anchor", async () => {
  for (let at = 0; at < 2; at += 1) {
    await note();
    await seal(db);
  }
  const anchors = [await anchorOf(db, user.tenantId)];
  const thief = newKey();
  const seals = (await bundleOf(db, user.tenantId))
    .map((line) => JSON.parse(line) as SealRecord)
    .filter(({ type }) => type === "seal");
  await introduceKey(db.database, thief, null);
  let previous = "0".repeat(64);
  for (const { seal: body } of seals) {
    const forged: SealBody = { ...body, previous, keyId: thief.keyId };
    const hash = sealHash(forged);
    await tamper(db, [
      "update audit_seal set previous = $3, key_id = $4, signature = $5, hash = $6 where chain_id = $1 and number = $2",
      [user.tenantId, body.number, Buffer.from(previous, "hex"), thief.keyId, signSeal(forged, thief), hash],
    ]);
    previous = hash.toString("hex");
  }
  expect(placesOf(await check())).toEqual([["key", 1, 1]]);
  // Whoever owns the database makes the keys look as if that one had always been the first.
  await tamper(db, ["delete from audit_key where key_id = $1", [TEST_KEY.keyId]]);
  expect((await check()).isIntact).toBe(true);
  const verdict = await verifyChain(db.database, user.tenantId, { anchors: each(anchors) });
  expect(placesOf(verdict)).toEqual([["anchor", 3, 3]]);
  const known = await verifyChain(db.database, user.tenantId, { trusted: new Set([TEST_KEY.keyId]) });
  expect(placesOf(known)).toEqual([["key", 1, 1]]);
});

test("a clock that was set back breaks nothing: numbers go on, times are as they were read", async () => {
  await tamper(db, [
    "update audit_seal set sealed_at = sealed_at + interval '1 hour', signature = $2, hash = $3 where chain_id = $1",
    await sealedLater(),
  ]);
  await note();
  await seal(db);
  const times = await db.sql<{ number: number; first: string; sealed: string }>(
    `select number::int, first_seq::text as first, sealed_at::text as sealed from audit_seal where chain_id = $1 order by number`,
    [user.tenantId],
  );
  expect(times.map(({ number, first }) => [number, first])).toEqual([
    [1, "1"],
    [2, "2"],
  ]);
  expect(times[1]!.sealed < times[0]!.sealed).toBe(true);
  expect(await check()).toMatchObject({ isIntact: true, seals: 2, lastSeq: 2 });
});

/** Seal 1 as it would have been an hour later. */
async function sealedLater(): Promise<unknown[]> {
  const [line] = (await bundleOf(db, user.tenantId)).filter((text) => text.startsWith('{"type":"seal"'));
  const { seal: body } = JSON.parse(line!) as SealRecord;
  const [later] = await db.sql<{ at: string }>(
    `select to_char($1::timestamptz + interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
    [body.sealedAt],
  );
  const moved: SealBody = { ...body, sealedAt: later!.at };
  return [user.tenantId, signSeal(moved, TEST_KEY), sealHash(moved)];
}
