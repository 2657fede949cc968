import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { eraseUser } from "../../domain/users/index.js";
import { verifyChain } from "../../domain/audit/verify-chain.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { bundleOf, judge, seal } from "./proof-support.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const NAME = "Zdenka Nezapomenutelná";
const IP = "198.51.100.237";
const AGENT = "Zdenkas own browser/7.3";

/** Every table that holds such a text, whatever column it stands in. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await db.sql<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db.sql(
      `select from ${name} t where position(lower($1) in lower(t::text)) > 0 limit 1`,
      [text],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

test("after a person is erased nothing of them can be read, and the proof holds", async () => {
  const admin = await makeUser(db.database);
  const person = await makeUser(db.database, {
    tenantId: admin.tenantId,
    role: "MANAGER",
    email: "zdenka.nezapomenutelna@example.org",
  });
  await db.sql("update app_user set name = $2 where id = $1", [person.userId, NAME]);
  await db.sql("update session set ip = $2, last_seen_ip = $2, user_agent = $3 where user_id = $1", [
    person.userId,
    IP,
    AGENT,
  ]);
  const own = openOperation(db.database, person.op.actor, { requestId: newId(), ip: IP, userAgent: AGENT });
  await own.record("campaign.paused", { targets: [{ type: "campaign", id: newId(), label: "Spring" }] });
  await admin.op.record("user.updated", {
    targets: [{ type: "user", id: person.userId, label: person.email }],
    changes: [{ field: "name", before: "Zdenka", after: NAME }],
  });
  await seal(db);
  const before = await bundleOf(db, admin.tenantId);
  for (const text of [person.email, NAME, IP, AGENT]) {
    expect(await tablesWith(text), text).not.toEqual([]);
    expect(before.join(""), text).toContain(text);
  }

  await admin.op.run(eraseUser, { userId: person.userId });
  await seal(db);

  for (const text of [person.email, NAME, IP, AGENT]) expect(await tablesWith(text), text).toEqual([]);
  const after = await bundleOf(db, admin.tenantId);
  for (const text of [person.email, NAME, IP, AGENT, "Zdenka"])
    expect(after.join(""), text).not.toContain(text);
  const bodies = (lines: readonly string[]) =>
    lines
      .map((line) => JSON.parse(line) as { type: string; body?: object; revealed?: unknown[] })
      .filter(({ type }) => type === "entry");
  expect(
    bodies(after)
      .slice(0, 2)
      .map(({ body }) => body),
  ).toEqual(bodies(before).map(({ body }) => body));
  expect(bodies(after)[0]!.revealed).toEqual([]);
  expect(judge(after)).toMatchObject({ isIntact: true, entries: 3, faults: [] });
  expect(await verifyChain(db.database, admin.tenantId)).toMatchObject({
    isIntact: true,
    entries: 3,
    faults: [],
  });
});
