import { afterAll, beforeAll, expect, test } from "vitest";
import { introduceKey } from "../../domain/audit/keys.queries.js";
import { sealEntries } from "../../domain/audit/seal-entries.js";
import { verifyChain } from "../../domain/audit/verify-chain.js";
import { newId } from "../../domain/ids.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { seal, TEST_KEY } from "./proof-support.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 20 });
});
afterAll(() => db.close());

const numbersOf = async (chain: string) =>
  (await db.sql<{ seq: string }>("select seq from event_leaf where chain_id = $1 order by seq", [chain])).map(
    ({ seq }) => Number(seq),
  );
const origin = {
  actor: { kind: "JOB", name: "audit.seal" } as const,
  tenantId: null,
  request: { requestId: newId() },
};
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

test("16 writers and two sealers at once: every entry has its number, without a gap or a fork", async () => {
  const { tenantId } = await makeUser(db.database);
  const [writers, each, inOne] = [16, 250, 10];
  const writing = { goesOn: true };
  const seals = { done: 0, refused: 0 };
  const sealer = async () => {
    while (writing.goesOn) {
      const sealed = await seal(db);
      seals[sealed === null ? "refused" : "done"] += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const writer = async () => {
    for (let at = 0; at < each; at += inOne)
      await inTransaction(db.database, { ...origin, tenantId }, async (tx) => {
        for (let one = 0; one < inOne; one += 1)
          await tx.emit("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
      });
  };
  const sealing = Promise.all([sealer(), sealer()]);
  await Promise.all(upTo(writers).map(writer));
  writing.goesOn = false;
  await sealing;
  while ((await seal(db))!.count > 0);

  expect(await numbersOf(tenantId)).toEqual(upTo(writers * each));
  const verdict = await verifyChain(db.database, tenantId);
  expect(verdict).toMatchObject({
    isIntact: true,
    faults: [],
    entries: 4_000,
    firstSeq: 1,
    lastSeq: 4_000,
    unsealed: 0,
  });
  expect(verdict.seals).toBeGreaterThan(1);
  expect(seals.done).toBeGreaterThan(1);
}, 180_000);

test("a sealer that dies before its commit leaves nothing; the next one seals the same entries", async () => {
  const { op, tenantId } = await makeUser(db.database);
  const note = () => op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
  await note();
  await seal(db);
  await note();
  await note();
  const dying = inTransaction(db.database, origin, async (tx) => {
    await introduceKey(tx, TEST_KEY, null);
    expect((await sealEntries(tx, TEST_KEY))!.grown).toContainEqual({ chainId: tenantId, lastSeq: 3 });
    // While it is at it, nobody else seals.
    expect(await seal(db)).toBeNull();
    await tx.query({ name: "die", text: "select pg_terminate_backend(pg_backend_pid())" });
  });
  await expect(dying).rejects.toThrow();
  expect(await verifyChain(db.database, tenantId)).toMatchObject({ isIntact: true, lastSeq: 1, unsealed: 2 });
  await seal(db);
  expect(await numbersOf(tenantId)).toEqual([1, 2, 3]);
  expect(await verifyChain(db.database, tenantId)).toMatchObject({
    isIntact: true,
    seals: 2,
    lastSeq: 3,
    unsealed: 0,
  });
});

test("what commits late gets a later number, and is sealed all the same", async () => {
  const { op, tenantId, userId } = await makeUser(db.database);
  const late = await db.database.pool.connect();
  try {
    await late.query("begin");
    await late.query(
      `with fact as (insert into event (id, tenant_id, action, actor_kind, actor_id, targets, outcome, changes, context)
         values ($1, $2, 'campaign.launched', 'USER', $3, '[]', 'SUCCESS', '[]', '{"requestId": "late"}') returning id, at)
       insert into pending_seal (event_id, at) select id, at from fact`,
      [newId(), tenantId, userId],
    );
    await op.record("campaign.paused", { targets: [] });
    await seal(db);
    await late.query("commit");
  } finally {
    late.release();
  }
  await seal(db);
  const order = await db.sql<{ action: string }>(
    `select e.action from event_leaf l join event e on e.id = l.event_id where l.chain_id = $1 order by l.seq`,
    [tenantId],
  );
  expect(order.map(({ action }) => action)).toEqual(["campaign.paused", "campaign.launched"]);
  expect(await verifyChain(db.database, tenantId)).toMatchObject({ isIntact: true, entries: 2 });
});
