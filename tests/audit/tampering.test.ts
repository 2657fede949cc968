import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, ENTRY_COLUMNS, leafOf, type EntryRow } from "../../domain/audit/entry-body.js";
import { verifyChain } from "../../domain/audit/verify-chain.js";
import type { AnchorRecord } from "../../domain/audit/verify/records.js";
import { newId, type Id } from "../../domain/ids.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { CASES, EDITS, EVENT, KEYS, numbered, REMOVE, used } from "./tampering-cases.js";
import { anchorOf, bundleOf, each, judge, placesOf, seal, tamper } from "./proof-support.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

/** Ten entries: seal 1 has seq 1 to 3, seal 2 has 4 to 6, seal 3 has 7 and 8, seal 4 has 9 and 10. */
const SEALED = [3, 3, 2, 2];
async function chainOfTen(): Promise<Id> {
  const { op, tenantId } = await makeUser(db.database);
  let made = 0;
  for (const count of SEALED) {
    for (let at = 0; at < count; at += 1)
      await op.record("campaign.paused", {
        targets: [{ type: "campaign", id: newId(), label: `Campaign ${(made += 1)}` }],
        changes: [{ field: "status", before: "RUNNING", after: "PAUSED" }],
      });
    await seal(db);
  }
  return tenantId;
}

/** Both fronts; a bundle cannot tell of what was never sealed. */
async function check(chain: Id, anchors: readonly AnchorRecord[] = []) {
  const ours = await verifyChain(db.database, chain, { anchors: each(anchors) });
  const bundle = judge(await bundleOf(db, chain, { anchors: each(anchors) }));
  expect(ours.isIntact).toBe(ours.faults.length === 0);
  const inBundle = placesOf(ours).filter(
    ([kind, , number]) =>
      !["entry-unsealed", "seal-hash"].includes(String(kind)) && (kind !== "entry-place" || number !== null),
  );
  expect(placesOf(bundle)).toEqual(inBundle);
  return ours;
}

test("what nobody touched is intact, down to its anchor", async () => {
  const chain = await chainOfTen();
  const verdict = await check(chain, [await anchorOf(db, chain)]);
  expect(verdict).toMatchObject({
    isIntact: true,
    faults: [],
    entries: 10,
    seals: 4,
    firstSeq: 1,
    lastSeq: 10,
    anchoredSeq: 10,
    unsealed: 0,
  });
});

test("an edit of any column of an entry is named with its number", async () => {
  const columns = await db.sql<{ name: string }>(
    "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = 'event'",
  );
  expect(columns.map(({ name }) => name).sort()).toEqual(Object.keys(EDITS).sort());
  for (const { name } of columns) {
    const chain = await chainOfTen();
    await tamper(db, [`update event set ${name} = ${EDITS[name]} where id = ${EVENT(5)}`, [chain]]);
    const kind = KEYS.includes(name)
      ? "entry-missing"
      : name === "tenant_id"
        ? "entry-organisation"
        : "entry-changed";
    const { faults } = await check(chain);
    expect(faults[0], name).toMatchObject({ kind, seq: 5, seal: 2 });
    expect(
      faults.slice(1).map((fault) => fault.kind),
      name,
    ).toEqual(KEYS.includes(name) ? ["entry-unsealed"] : []);
  }
}, 60_000);

test.each(CASES)("$name: named with its place", async ({ statements, places, message }) => {
  const chain = await chainOfTen();
  const values = [chain, Buffer.alloc(32, 7), newId()];
  await tamper(db, ...statements.map((text) => [numbered(text), used(text, values)] as const));
  const verdict = await check(chain);
  expect(placesOf(verdict)).toEqual(places);
  expect(verdict.faults[0]!.message).toContain(message);
});

test("an entry that is altered together with its leaf shows in the seal", async () => {
  const chain = await chainOfTen();
  const one = `e.id = ${EVENT(5)}`;
  await tamper(db, [`update event e set action = 'campaign.resumed' where ${one}`, [chain]]);
  const [entry] = await db.sql<EntryRow>(`select ${ENTRY_COLUMNS} from event e where ${one}`, [chain]);
  await tamper(db, [
    "update event_leaf set leaf = $2 where chain_id = $1 and seq = 5",
    [chain, leafOf(bodyOf(entry!))],
  ]);
  const { faults } = await check(chain);
  expect(faults).toEqual([
    {
      kind: "leaves",
      seq: null,
      seal: 2,
      message: "seal 2 (seq 4 to 6): the leaves are not those that were sealed.",
    },
  ]);
});

test("the entry that was moved is not at home in the other chain either", async () => {
  const [one, other] = [await chainOfTen(), await chainOfTen()];
  await tamper(
    db,
    [`delete from event_leaf where chain_id = $1 and seq = 5`, [other]],
    [`update event_leaf set chain_id = $2 where chain_id = $1 and seq = 5`, [one, other]],
  );
  expect((await check(other)).faults[0]).toMatchObject({ kind: "entry-organisation", seq: 5, seal: 2 });
});

describe("the end is cut with its seals", () => {
  const cut = async (chain: Id) =>
    tamper(db, ...REMOVE("seq > 6").map((text): [string, unknown[]] => [text, [chain]]), [
      "delete from audit_seal where chain_id = $1 and number > 2",
      [chain],
    ]);

  test("which only an anchor shows", async () => {
    const chain = await chainOfTen();
    const anchor = await anchorOf(db, chain);
    await cut(chain);
    expect((await check(chain)).isIntact).toBe(true);
    const { faults } = await check(chain, [anchor]);
    expect(faults).toEqual([
      {
        kind: "end-cut",
        seq: 7,
        seal: 3,
        message: `The end is cut: seals 3 to 4 (seq 7 to 10) are missing; seal 4 was anchored at ${anchor.at}.`,
      },
    ]);
  });

  test("and what grows over it is not what was anchored", async () => {
    const chain = await chainOfTen();
    const anchors = [await anchorOf(db, chain)];
    await cut(chain);
    const { op } = await makeUser(db.database, { tenantId: chain });
    for (let at = 0; at < 3; at += 1) {
      await op.record("campaign.paused", { targets: [] });
      await seal(db);
    }
    anchors.push(await anchorOf(db, chain));
    const verdict = await check(chain, anchors);
    expect(placesOf(verdict)).toEqual([["anchor", 8, 4]]);
    expect(verdict.faults[0]!.message).toBe(`seal 4 is not the one that was anchored at ${anchors[0]!.at}.`);
  });
});

test("what was sealed between two moments is checked by itself", async () => {
  const chain = await chainOfTen();
  await tamper(db, [`update event set action = 'campaign.resumed' where id = ${EVENT(2)}`, [chain]]);
  const times = await db.sql<{ at: string }>(
    "select sealed_at::text as at from audit_seal where chain_id = $1 order by number",
    [chain],
  );
  const from = times[1]!.at;
  expect(await verifyChain(db.database, chain, { from })).toMatchObject({
    isIntact: true,
    entries: 7,
    seals: 3,
    firstSeq: 4,
  });
  const early = await verifyChain(db.database, chain, {
    to: times[0]!.at,
    anchors: each([await anchorOf(db, chain)]),
  });
  expect([placesOf(early), early.seals]).toEqual([[["entry-changed", 2, 1]], 1]);
  await tamper(db, ["delete from audit_seal where chain_id = $1 and number = 3", [chain]]);
  expect(placesOf(await verifyChain(db.database, chain, { from }))[0]).toEqual(["seal-missing", 7, 3]);
  const later = { from: "2999-01-01T00:00:00Z", anchors: each([await anchorOf(db, chain)]) };
  expect(await verifyChain(db.database, chain, later)).toMatchObject({
    isIntact: true,
    entries: 0,
    seals: 0,
  });
});
