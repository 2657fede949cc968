import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { statement, type UnitOfWork } from "../../domain/operation.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { asOperator } from "../support/jobs.js";

let db: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  tenantId = await makeTenant(db.database);
});

const RENAME = statement<object>("rename_with_entry", "update tenant set name = $2 where id = $1");
const SEEN = statement<{ actions: string[] }>(
  "entries_seen",
  "select array(select action from event where tenant_id = $1 order by id) as actions",
);
const about = () => ({ targets: [{ type: "campaign", id: newId() }] });
const committed = () =>
  db.sql<{ action: string; transaction: string }>(
    "select action, xmin::text as transaction from event where tenant_id = $1 order by id",
    [tenantId],
  );

test("entries that nothing waits for go with the commit, in their order, and a statement sees those before it", async () => {
  let seen: string[] = [];
  await asOperator(
    db.database,
    async (op: UnitOfWork) => {
      await op.emit("campaign.paused", about());
      [{ actions: seen }] = (await op.query(SEEN, [tenantId])) as [{ actions: string[] }];
      await op.emit("campaign.resumed", about());
      await op.emit("campaign.cancelled", about());
      expect(await committed()).toEqual([]);
    },
    tenantId,
  );
  expect(seen).toEqual(["campaign.paused"]);
  const rows = await committed();
  expect(rows.map(({ action }) => action)).toEqual([
    "campaign.paused",
    "campaign.resumed",
    "campaign.cancelled",
  ]);
  expect(new Set(rows.map(({ transaction }) => transaction)).size).toBe(1);
});

test.each([
  ["40001", 3],
  ["23514", 1],
])(
  "a commit whose entry ends with %s leaves nothing behind, is tried %i times, and the connection is good for the next",
  async (code, most) => {
    await db.sql(`create or replace function refuse_entry_for_test() returns trigger language plpgsql as
      $$ begin raise exception 'as the test wants' using errcode = '${code}'; end $$`);
    await db.sql(`create or replace trigger refuse_entry_for_test before insert on event for each row
      when (new.action = 'campaign.deleted') execute function refuse_entry_for_test()`);
    let tries = 0;
    const change = (action: "campaign.deleted" | "campaign.paused") =>
      asOperator(
        db.database,
        async (op: UnitOfWork) => {
          tries += 1;
          await op.query(RENAME, [tenantId, `renamed and ${action}`]);
          await op.emit("campaign.launched", about());
          await op.emit(action, about());
        },
        tenantId,
      );
    await expect(change("campaign.deleted")).rejects.toMatchObject({ code });
    expect(tries).toBe(most);
    expect(await committed()).toEqual([]);
    await change("campaign.paused");
    const rows = await committed();
    expect(rows.map(({ action }) => action)).toEqual(["campaign.launched", "campaign.paused"]);
    const [tenant] = await db.sql<{ name: string }>("select name from tenant where id = $1", [tenantId]);
    expect(tenant!.name).toBe("renamed and campaign.paused");
  },
);
