import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate, pendingMigrations } from "../../platform/database/migrate.js";
import { ENTITIES } from "../../platform/database/orm.js";
import { makeTenant, makeUser, freshDatabase, type TestDatabase } from "../support/database.js";

let test_db: TestDatabase;
beforeAll(async () => {
  test_db = await freshDatabase();
});
afterAll(() => test_db.close());

test("migrating twice changes nothing, and nothing is pending", async () => {
  expect(await migrate(test_db.url)).toEqual([]);
  expect(await pendingMigrations(test_db.url)).toEqual([]);
});

test("every entity's table has its columns, with the same idea of what may be empty", async () => {
  const metadata = test_db.database.orm.getMetadata();
  for (const entity of ENTITIES) {
    const meta = metadata.get((entity as { meta: { className: string } }).meta.className);
    const columns = await test_db.sql<{ name: string; nullable: boolean }>(
      "select column_name as name, is_nullable = 'YES' as nullable from information_schema.columns where table_name = $1",
      [meta.tableName],
    );
    const wanted = meta.props.map((prop) => ({ name: prop.fieldNames[0], nullable: Boolean(prop.nullable) }));
    expect(columns, meta.tableName).toEqual(expect.arrayContaining(wanted));
  }
});

test("every table of a tenant names it, and its foreign keys to other such tables include it", async () => {
  const tenantTables = await test_db.sql<{ name: string }>(
    "select table_name as name from information_schema.columns where column_name = 'tenant_id' and table_schema = 'public'",
  );
  const names = new Set(tenantTables.map((table) => table.name));
  const all = await test_db.sql<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition",
  );
  expect(
    all
      .map((table) => table.name)
      .filter((name) => !names.has(name))
      .sort(),
  ).toEqual([
    "app_user",
    "audit_anchor",
    "audit_check",
    "audit_key",
    "audit_purge",
    "audit_quarter",
    "audit_seal",
    "event_leaf",
    "health_history",
    "health_sample",
    "idempotency_record",
    "installation",
    "lease_watch",
    "migration",
    "pending_event",
    "pending_seal",
    "promise_look",
    "promise_round",
    "queue_setting",
    "schedule_run",
    "schedule_setting",
    "tenant",
    "worker_heartbeat",
  ]);
  const keys = await test_db.sql<{ source: string; target: string; columns: string[] }>(
    `select c.conrelid::regclass::text as source, c.confrelid::regclass::text as target,
       array(select a.attname::text from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k) as columns
     from pg_constraint c where c.contype = 'f'`,
  );
  const loose = keys.filter(
    (key) => names.has(key.source) && names.has(key.target) && !key.columns.includes("tenant_id"),
  );
  expect(loose).toEqual([]);
});

test("a row cannot point at another tenant's", async () => {
  const [own, other] = [await makeUser(test_db.database), await makeTenant(test_db.database)];
  await test_db.sql("insert into team (id, tenant_id, name) values (uuid_v7(), $1, 'Theirs')", [other]);
  const intrude = test_db.sql(
    "insert into team_member (tenant_id, team_id, user_id) select $1, id, $2 from team where name = 'Theirs'",
    [own.tenantId, own.userId],
  );
  await expect(intrude).rejects.toThrow("violates foreign key constraint");
});

test("times have a zone, and every connection speaks UTC", async () => {
  const zoneless = await test_db.sql(
    `select table_name, column_name from information_schema.columns
     where table_schema = 'public' and data_type in ('timestamp without time zone', 'time without time zone')`,
  );
  expect(zoneless).toEqual([]);
  expect(await test_db.sql("show timezone")).toEqual([{ TimeZone: "UTC" }]);
  expect(await test_db.database.orm.em.getConnection().execute("show timezone")).toEqual([
    { TimeZone: "UTC" },
  ]);
});

test("an event row cannot be changed, deleted or truncated", async () => {
  const { op } = await makeUser(test_db.database);
  await op.record("auth.logout", { targets: [] });
  for (const statement of ["update event set action = 'x'", "delete from event", "truncate event cascade"])
    await expect(test_db.sql(statement)).rejects.toThrow("are never changed or deleted");
  expect(await test_db.sql("select action from event")).toEqual([{ action: "auth.logout" }]);
});

test("ids made by the database are version 7 and grow with time", async () => {
  const rows = await test_db.sql<{ id: string }>(
    "select uuid_v7() as id from generate_series(1, 3), pg_sleep(0.002)",
  );
  for (const { id } of rows)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const [{ age }] = (await test_db.sql<{ age: number }>(
    "select extract(epoch from now()) * 1000 - ('x' || left(replace(uuid_v7()::text, '-', ''), 12))::bit(48)::bigint as age",
  )) as [{ age: number }];
  expect(Math.abs(age)).toBeLessThan(2000);
});
