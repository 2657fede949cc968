import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { introduceKey } from "../../domain/audit/keys.queries.js";
import { sealEntries } from "../../domain/audit/seal-entries.js";
import { newId } from "../../domain/ids.js";
import { openSealingKey } from "../../platform/audit-keys.js";
import { adviceOnRole } from "../../platform/database/app-role.js";
import { Database } from "../../platform/database/database.js";
import { migrate, pendingMigrations } from "../../platform/database/migrate.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { makeAppRole, type AppRole } from "../support/app-role.js";
import { TEST_SECRET } from "../support/database.js";
import { documentFor } from "../support/documents.js";
import { mutationWorld } from "../support/mutation-cases.js";
import { MUTATIONS, mutationDocument, SCHEMA } from "../support/mutation-documents.js";
import { PUBLIC_URL } from "../support/transactional-mail.js";

/** The server works as the app's role; the tests look and prepare as the owner. */
let api: Api;
let role: AppRole;
let database: Database;
let app: Client;
let owner: string;
/** Of the event's first partition, e.g. "2026_11". */
let month: string;

beforeAll(async () => {
  api = await startApi({
    environment: { PUBLIC_URL },
    async openDatabase(ownerUrl) {
      role = await makeAppRole(ownerUrl);
      database = await Database.open(role.url, {
        poolSize: 4,
        statementTimeoutMs: 10_000,
        applicationName: "postwatch-test app role",
        secret: TEST_SECRET,
      });
      return database;
    },
  });
  app = new Client({ connectionString: role.url });
  await app.connect();
  owner = decodeURIComponent(new URL(api.db.url).username);
  const [first] = await api.db.sql<{ month: string }>(
    "select right(relname, 7) as month from pg_class where relispartition and relname like 'event_2%' order by relname limit 1",
  );
  month = first!.month;
});
afterAll(async () => {
  await app.end();
  await api.close();
  await role.drop();
});

const asSealer = {
  actor: { kind: "JOB", name: "audit.seal" } as const,
  tenantId: null,
  request: { requestId: newId() },
};
async function seal() {
  const key = openSealingKey(undefined, TEST_SECRET);
  return inTransaction(database, asSealer, async (op) => {
    await introduceKey(op, key, null);
    return sealEntries(op, key);
  });
}

test(
  "every mutation of the schema does its work as a role that owns nothing, and what they wrote is sealed",
  { timeout: 90_000 },
  async () => {
    const world = await mutationWorld(api);
    const failed: string[] = [];
    for (const { name } of MUTATIONS) {
      const { variables, headers } = await world.prepare(name);
      const { data, text } = await world.call<{ answer: { __typename: string } }>(
        mutationDocument(name),
        variables,
        headers,
      );
      if (data?.answer.__typename !== `${name[0]!.toUpperCase()}${name.slice(1)}Success`)
        failed.push(`${name}: ${text}`);
    }
    expect(failed).toEqual([]);
    await seal();
    expect(
      await api.db.sql("select count(*) - (select count(*) from event_leaf) as open from event"),
    ).toEqual([{ open: 0 }]);
  },
);

test("every query is answered, and migrations are seen to be complete", async () => {
  const admin = await api.as("ADMIN");
  const failed: string[] = [];
  for (const field of Object.values(SCHEMA.getQueryType()!.getFields())) {
    const { text } = await admin.ask(documentFor("query", field));
    if (text.includes('"INTERNAL')) failed.push(`${field.name}: ${text}`);
  }
  expect(failed).toEqual([]);
  expect(await pendingMigrations(role.url)).toEqual([]);
});

const RECORD = {
  event: "action",
  event_leaf: "leaf",
  event_pii: "fields",
  event_text: "words",
  audit_seal: "root",
  audit_key: "public_key",
  audit_purge: "policy",
  message_event: "type",
  migration: "name",
};

/** All that whoever holds DATABASE_URL might try. */
function attempts(): string[] {
  const changes = Object.entries(RECORD).flatMap(([table, column]) => [
    `update ${table} set ${column} = ${column}`,
    `delete from ${table}`,
    `truncate ${table}`,
    `drop table ${table}`,
    `select * from ${table} for update`,
  ]);
  const partitions = ["event", "event_leaf", "event_pii", "event_text"].flatMap((table) => {
    const name = `${table}_${month}`;
    return [
      `select * from ${name}`,
      `insert into ${name} select * from ${table}`,
      `update ${name} set at = at`,
      `delete from ${name}`,
      `truncate ${name}`,
      `drop table ${name}`,
      `alter table ${table} detach partition ${name}`,
      `alter table ${name} disable trigger all`,
    ];
  });
  return [
    ...changes,
    ...partitions,
    "insert into audit_purge select chain_id, month, number, number, first_seq, last_seq, '' from audit_seal",
    "insert into migration (name) values ('0099-more')",
    "insert into event select * from event on conflict (id, at) do update set action = ''",
    "alter table event disable trigger event_append_only",
    "alter table event disable trigger all",
    "alter table event drop constraint event_pkey",
    "alter table event add column more text",
    `alter table event owner to ${role.name}`,
    "drop trigger event_append_only on event",
    "create trigger another before insert on event for each row execute function refuse_change()",
    "create rule another as on insert to event do instead nothing",
    "do $$ begin lock table event in access exclusive mode; end $$",
    "set session_replication_role = replica",
    `set role ${owner}`,
    `set session authorization ${owner}`,
    `grant ${owner} to ${role.name}`,
    `alter role ${role.name} superuser`,
    "create role another",
    "alter function refuse_change() rename to another",
    "drop function refuse_change()",
    "create or replace function refuse_change() returns trigger language plpgsql as 'begin return old; end'",
    "create or replace function audit_forget(subject uuid) returns int language sql as 'select 0'",
    "create function public.hashtext(text) returns int language sql as 'select 0'",
    "create function pg_temp.hashtext(text) returns int language sql as 'select 0'",
    "create temporary table event (id uuid)",
    "create table another (id uuid)",
    "create view another as select 1",
    "create schema another",
    "create extension hstore",
    "copy event to '/tmp/postwatch-event'",
    `alter database ${new URL(api.db.url).pathname.slice(1)} set session_replication_role = replica`,
    `drop database ${new URL(api.db.url).pathname.slice(1)}`,
  ];
}

/** Tables, triggers, functions and who may do what, as the catalogue has them. */
const catalogue = () =>
  api.db.sql(`select
    (select md5(string_agg(concat(relname, relowner, coalesce(relacl, acldefault('r', relowner)), relhastriggers), ',' order by relname))
       from pg_class where relnamespace = 'public'::regnamespace) as tables,
    (select md5(string_agg(concat(tgrelid::regclass, tgname, tgenabled), ',' order by tgrelid::regclass::text, tgname)) from pg_trigger) as triggers,
    (select md5(string_agg(concat(proname, prosrc, proacl, proowner), ',' order by oid)) from pg_proc where pronamespace = 'public'::regnamespace) as functions,
    (select md5(string_agg(concat(nspname, nspacl), ',' order by nspname)) from pg_namespace where nspname !~ '^pg_temp|^pg_toast') as schemas`);

describe("L7 whoever holds DATABASE_URL", () => {
  test("cannot change the record by any statement: permission denied, and nothing is changed", async () => {
    const before = [await checksum(api.db), await catalogue()];
    const passed: string[] = [];
    for (const sql of attempts()) {
      const code = await app.query(sql).then(
        () => "done",
        (error: { code: string }) => error.code,
      );
      if (code !== "42501") passed.push(`${code}: ${sql}`);
    }
    expect(passed).toEqual([]);
    expect([await checksum(api.db), await catalogue()]).toEqual(before);
  });

  test("cannot hand out what it was given", async () => {
    const before = await catalogue();
    // PostgreSQL answers with a warning.
    await app.query("grant all on event to public");
    await app.query(`grant update on event_leaf to ${role.name}`);
    expect(await catalogue()).toEqual(before);
  });

  test("gets no rights on a month that is made later, though it may ask for it", async () => {
    await app.query("select audit_ensure_months(date '2031-05-01', date '2031-05-01')");
    const rights = await api.db.sql(
      `select relname from pg_class where relname like '%\\_2031\\_05' and relkind = 'r' and has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
      [role.name],
    );
    expect(rights).toEqual([]);
    expect(
      await api.db.sql("select count(*) from pg_class where relname like '%\\_2031\\_05' and relkind = 'r'"),
    ).toEqual([{ count: 4 }]);
    await app.query(
      `insert into event (id, at, action, actor_kind, targets, outcome, context)
       values (gen_random_uuid(), '2031-05-09', 'auth.logout', 'JOB', '[]', 'SUCCESS', '{}')`,
    );
  });
});

describe("migrations let the role in", () => {
  test("again and again with the same rights", async () => {
    const before = await catalogue();
    expect(await migrate(api.db.url, role.url)).toEqual([]);
    expect(await catalogue()).toEqual(before);
  });

  test("not one that owns the tables, or may change the record by another way", async () => {
    const before = await catalogue();
    await expect(migrate(api.db.url, api.db.url)).rejects.toThrow(
      `The role "${owner}" of DATABASE_URL is the owner of alert_event`,
    );
    expect(await catalogue()).toEqual(before);

    await api.db.sql("grant delete on event_leaf to public");
    await expect(migrate(api.db.url, role.url)).rejects.toThrow(
      `The role "${role.name}" of DATABASE_URL may change event_leaf`,
    );
    await api.db.sql("revoke delete on event_leaf from public");
    await api.db.sql("grant create on schema public to public");
    expect(await migrate(api.db.url, role.url)).toEqual([]);
    expect(await catalogue()).toEqual(before);
  });
});

test("a server whose role owns the record says so, once, and what to set", async () => {
  expect(await adviceOnRole(database)).toEqual([]);
  expect(await adviceOnRole(api.db.database)).toEqual([expect.stringContaining("set DATABASE_OWNER_URL")]);
});
