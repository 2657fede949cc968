import { afterAll, beforeAll, expect, test } from "vitest";
import { bodyOf, ENTRY_COLUMNS, leafOf, type EntryRow } from "../../domain/audit/entry-body.js";
import { newId } from "../../domain/ids.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { bundleOf, seal, TEST_KEY } from "./proof-support.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

interface Line {
  readonly type: string;
  readonly [field: string]: unknown;
}
const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Line);

async function chainOfThree() {
  const user = await makeUser(db.database);
  const target = { type: "campaign", id: newId(), label: "Spring" };
  await user.op.record("campaign.launched", { targets: [target] });
  await user.op.record("campaign.paused", { targets: [target] });
  await seal(db);
  await user.op.record("campaign.resumed", { targets: [target] });
  await seal(db);
  const entries = await db.sql<EntryRow>(
    `select ${ENTRY_COLUMNS} from event e where tenant_id = $1 order by at`,
    [user.tenantId],
  );
  return { ...user, entries };
}

test("a bundle has the keys, every seal with its leaves, and every entry with what is known of people", async () => {
  const { tenantId, email, entries } = await chainOfThree();
  const lines = parsed(await bundleOf(db, tenantId));
  expect(lines.map(({ type }) => type)).toEqual([
    "bundle",
    "key",
    "seal",
    "entry",
    "entry",
    "seal",
    "entry",
    "end",
  ]);
  expect(lines[0]).toMatchObject({ version: 1, chain: tenantId, filter: null });
  expect(lines[1]).toEqual({
    type: "key",
    keyId: TEST_KEY.keyId,
    publicKey: TEST_KEY.publicKey.toString("hex"),
    endorsedBy: null,
    endorsement: null,
  });
  const leaves = entries.map((entry) => leafOf(bodyOf(entry)).toString("hex"));
  expect(lines.filter(({ type }) => type === "seal").map((line) => line.leaves)).toEqual([
    leaves.slice(0, 2),
    leaves.slice(2),
  ]);
  const shown = lines.filter(({ type }) => type === "entry");
  expect(shown.map(({ seq, body }) => [seq, body])).toEqual(
    entries.map((entry, at) => [at + 1, bodyOf(entry)]),
  );
  for (const { revealed } of shown)
    expect(revealed).toEqual([
      { path: ["actor", "label"], salt: expect.stringMatching(/^[0-9a-f]{32}$/) as string, value: email },
    ]);
  expect(lines.at(-1)).toEqual({ type: "end", entries: 3, seals: 2 });
});

test("with a filter only what matches is in it, beside all seals and the leaves around it", async () => {
  const { tenantId, entries } = await chainOfThree();
  const lines = parsed(
    await bundleOf(db, tenantId, {
      filter: { action: "campaign.paused" },
      entryIds: [entries[1]!.id, newId()],
    }),
  );
  expect(lines.map(({ type, seq }) => (type === "entry" ? seq : type))).toEqual([
    "bundle",
    "key",
    "seal",
    2,
    "seal",
    "end",
  ]);
  expect(lines[0]).toMatchObject({ filter: { action: "campaign.paused" } });
  expect(lines[2]!.leaves).toHaveLength(2);
  expect(lines[4]!.leaves).toBeNull();
  expect(lines.at(-1)).toEqual({ type: "end", entries: 1, seals: 2 });
});

test("a chain that has nothing yet is a bundle of nothing", async () => {
  const { tenantId } = await makeUser(db.database);
  expect(parsed(await bundleOf(db, tenantId)).map(({ type }) => type)).toEqual(
    expect.arrayContaining(["bundle", "end"]),
  );
  expect(parsed(await bundleOf(db, tenantId)).at(-1)).toEqual({ type: "end", entries: 0, seals: 0 });
});
