import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { OwnerQuery } from "../../platform/database/app-role.js";
import { holdLedger } from "../../platform/database/hold-ledger.js";
import { migrate } from "../../platform/database/migrate.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";

let db: TestDatabase;
const clients: Client[] = [];
beforeAll(async () => {
  db = await freshDatabase();
});
afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())));
afterAll(() => db.close());

async function begun(): Promise<Client> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  clients.push(client);
  await client.query("begin");
  return client;
}
const ownerOf = (client: Client): OwnerQuery =>
  (async (sql: string) => (await client.query(sql)).rows) as OwnerQuery;
const pidOf = async (client: Client) => (await client.query("select pg_backend_pid() as pid")).rows[0].pid;
const locksOf = (pid: number) =>
  db.sql<{ name: string; mode: string }>(
    `select relation::regclass::text as name, mode from pg_locks
     where pid = $1 and granted and locktype = 'relation' and mode in ('AccessExclusiveLock', 'ShareRowExclusiveLock') order by 1`,
    [pid],
  );
const waits = async (pid: number) =>
  (await db.sql("select from pg_locks where pid = $1 and not granted", [pid])).length > 0;
const touch = (client: Client, table: string) =>
  client.query(`update ${table} set tenant_id = tenant_id where false`);

test("who holds one table of the ledger and wants another gets it, in whatever order, and the migration has all of them after", async () => {
  const [migration, one, other] = [await begun(), await begun(), await begun()];
  const pid = await pidOf(migration);
  await touch(one, "message");
  await touch(other, "enrollment");
  const held = holdLedger(ownerOf(migration));
  await eventually(
    () => waits(pid),
    (isWaiting) => isWaiting,
  );
  // It has tried to take what these ask for now, before what they hold.
  await touch(one, "campaign");
  await touch(other, "message");
  await touch(other, "campaign");
  for (const client of [one, other]) await client.query("commit");
  await held;
  expect(await locksOf(pid)).toEqual(
    [
      ["campaign", "AccessExclusiveLock"],
      ["campaign_pace", "AccessExclusiveLock"],
      ["campaign_version", "AccessExclusiveLock"],
      ["enrollment", "AccessExclusiveLock"],
      ["installation", "AccessExclusiveLock"],
      ["lead", "ShareRowExclusiveLock"],
      ["message", "AccessExclusiveLock"],
      ["message_event", "AccessExclusiveLock"],
      ["pace", "AccessExclusiveLock"],
      ["step", "AccessExclusiveLock"],
      ["tenant", "ShareRowExclusiveLock"],
    ].map(([name, mode]) => ({ name, mode })),
  );
  // What the migrations themselves wait for is not cut short.
  expect((await migration.query("show lock_timeout")).rows).toEqual([{ lock_timeout: "0" }]);
});

test("who never gets them says what to do and holds nothing; who has nothing to migrate asks for none", async () => {
  const [migration, worker] = [await begun(), await begun()];
  await touch(worker, "message");
  await migration.query("savepoint before");
  await expect(holdLedger(ownerOf(migration), 0)).rejects.toThrow(
    "The ledger was in use for 0 seconds; nothing was migrated. Stop the workers, and migrate again.",
  );
  await migration.query("rollback to before");
  expect(await locksOf(await pidOf(migration))).toEqual([]);
  expect(await migrate(db.url)).toEqual([]);
});
