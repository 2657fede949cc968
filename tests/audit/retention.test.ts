import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bus } from "../../domain/channels.js";
import { findMonthsOver } from "../../domain/audit/months.queries.js";
import { INSTALLATION_CHAIN } from "../../domain/audit/seal.js";
import { newId, type Id } from "../../domain/ids.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { cleanupHandler } from "../../worker/analytics/cleanup.js";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { makeAppRole, type AppRole } from "../support/app-role.js";
import { makeTenant } from "../support/database.js";
import { Database } from "../../platform/database/database.js";
import { bundleOf, seal } from "./proof-support.js";

/** The worker's role, which may purge by the function only. */
let api: Api;
let role: AppRole;
let database: Database;
let admin: Speaker;
let other: Id;
/** By how many months ago: "2026-07". */
const month: Record<number, string> = {};

beforeAll(async () => {
  api = await startApi();
  role = await makeAppRole(api.db.url);
  database = await Database.open(role.url, {
    poolSize: 2,
    statementTimeoutMs: 10_000,
    applicationName: "postwatch-test app role",
  });
  admin = await api.as("ADMIN");
  other = await makeTenant(api.db.database);
  for (const ago of [5, 4, 3, 2]) {
    const [row] = await api.db.sql<{ month: string }>(
      `select to_char(m, 'YYYY-MM') as month from date_trunc('month', now() at time zone 'UTC' - make_interval(months => $1)) m,
         audit_ensure_months(m::date, m::date)`,
      [ago],
    );
    month[ago] = row!.month;
  }
  await entries(4, api.tenantId, 2);
  await entries(4, other, 1);
  await entries(3, api.tenantId, 3);
  await entries(2, api.tenantId, 1);
  await seal(api.db);
});
afterAll(async () => {
  await database.close();
  await api.close();
  await role.drop();
});

async function entries(ago: number, tenantId: Id, count: number): Promise<void> {
  await api.db.sql(
    `with fact as (
       insert into event (id, tenant_id, at, action, actor_kind, targets, outcome, context)
       select gen_random_uuid(), $1::uuid, ($2 || '-15')::timestamptz + make_interval(secs => n), 'auth.logout', 'JOB', '[]', 'SUCCESS', '{}'
       from generate_series(1, $3) n returning id, at),
     beside as (
       insert into event_pii select id, at, $1, $1, '{"context.ip": ["00", "192.0.2.7"]}' from fact)
     insert into pending_seal (event_id, at) select id, at from fact`,
    [tenantId, month[ago], count],
  );
}

const UPDATE = `mutation ($input: UpdateAuditRetentionInput!) { updateAuditRetention(input: $input) { __typename
  ... on UpdateAuditRetentionSuccess { auditRetention { months holdReason } }
  ... on InvalidInput { issues { path rule message value } } } }`;
const update = async (input: object) =>
  (await admin.ask<{ updateAuditRetention: object }>(UPDATE, { input })).data!.updateAuditRetention;
const purge = (ago: number) =>
  database.pool.query("select * from audit_purge_month($1)", [`${month[ago]}-15`]);
const log = pino({ level: "silent" });
async function cleanUp(): Promise<unknown> {
  const op = openOperation(database, { kind: "JOB", name: "analytics.cleanup" }, { requestId: newId() });
  let counts: unknown;
  await cleanupHandler({
    op,
    payload: { fireAt: "" },
    signal: new AbortController().signal,
    progress: async (value) => void (counts = value),
    bus: {} as Bus,
    log,
  });
  return counts;
}
/** Refused with these words, and nothing is changed. */
async function refuses(work: () => Promise<unknown>, words: string): Promise<void> {
  const before = await checksum(api.db);
  await expect(work()).rejects.toThrow(words);
  expect(await checksum(api.db)).toBe(before);
}

test("entries are kept for ever until the installation says otherwise", async () => {
  expect((await admin.ask("{ auditRetention { months holdReason version } }")).data).toEqual({
    auditRetention: { months: null, holdReason: null, version: 1 },
  });
  await refuses(() => purge(4), `audit month ${month[4]}: entries are kept for ever`);
  expect(await findMonthsOver(database)).toEqual([]);
  expect(await cleanUp()).not.toHaveProperty("auditEntries");
});

test("fewer than three months, and a hold without a reason, are refused by name; what is left out stays", async () => {
  const before = await checksum(api.db);
  expect(await update({ months: 2, holdReason: " " })).toMatchObject({
    issues: [
      { path: ["months"], message: "months must be 3 or more; null keeps entries for ever.", value: "2" },
      { path: ["holdReason"], message: "holdReason must say why; null ends the hold." },
    ],
  });
  expect(await checksum(api.db)).toBe(before);
  await expect(database.pool.query("update installation set audit_retention_months = 1")).rejects.toThrow(
    "audit_retention_months_check",
  );
  expect(await update({ months: 3 })).toMatchObject({ auditRetention: { months: 3, holdReason: null } });
  expect(await update({ holdReason: "Case 7" })).toMatchObject({
    auditRetention: { months: 3, holdReason: "Case 7" },
  });
  const changes = await api.db.sql(
    "select changes from event where targets -> 0 ->> 'type' = 'audit_retention' order by at",
  );
  expect(changes).toEqual([
    { changes: [{ field: "months", before: null, after: 3 }] },
    { changes: [{ field: "holdReason", before: null, after: "Case 7" }] },
  ]);
});

test("while there is a hold nothing goes", async () => {
  await refuses(() => purge(4), `audit month ${month[4]}: a hold is set: Case 7`);
  expect(await findMonthsOver(database)).toEqual([]);
  await update({ holdReason: null });
  expect(await findMonthsOver(database)).toEqual([month[5], month[4]]);
});

test("a month that is not wholly over stays, and so does one with entries that are not sealed, or not those that were", async () => {
  await refuses(() => purge(3), `audit month ${month[3]}: entries are kept for 3 months`);
  await api.db.sql("update installation set audit_retention_months = 4");
  await refuses(() => purge(4), `audit month ${month[4]}: entries are kept for 4 months`);
  await api.db.sql("update installation set audit_retention_months = 3");

  const late = api.db.sql(
    `insert into event (id, at, action, actor_kind, targets, outcome, context)
       values (gen_random_uuid(), '${month[4]}-20', 'auth.logout', 'JOB', '[]', 'SUCCESS', '{}');
     select audit_purge_month('${month[4]}-01')`,
  );
  await expect(late).rejects.toThrow(`audit month ${month[4]}: 1 entries are not sealed yet`);
  const partition = `event_${month[4]!.replace("-", "_")}`;
  const tampered = api.db.sql(
    `alter table ${partition} disable trigger user;
     delete from ${partition} where id = (select id from ${partition} limit 1);
     select audit_purge_month('${month[4]}-01')`,
  );
  await expect(tampered).rejects.toThrow(
    `audit month ${month[4]}: its entries are not those that were sealed; verify the record`,
  );
  expect(await api.db.sql(`select count(*) from ${partition}`)).toEqual([{ count: 3 }]);
});

test("what is over goes in the night, with what is known of people; its seals stay, and it is on record", async () => {
  const seals = await api.db.sql("select * from audit_seal order by chain_id, number");
  // Somebody was erased, and the words of old entries wait to be made anew.
  await api.db.sql(
    "insert into pending_seal (event_id, at) select event_id, at from event_leaf on conflict do nothing",
  );
  const [before] = await api.db.sql<{ count: number }>("select count(*) from event");

  expect(await cleanUp()).toMatchObject({ auditEntries: 3 });
  const { data } = await admin.ask<{ auditRetention: { purged: object[] } }>(
    "{ auditRetention { purged { month firstSeq lastSeq policy at } } }",
  );
  expect(data?.auditRetention.purged).toEqual([
    { month: month[4], firstSeq: 1, lastSeq: 2, policy: expect.any(String), at: expect.any(String) },
  ]);

  expect(await api.db.sql("select * from audit_seal order by chain_id, number")).toEqual(seals);
  expect(
    await api.db.sql(
      `select chain_id, to_char(month, 'YYYY-MM') as month, first_seal, last_seal, first_seq, last_seq, policy
       from audit_purge order by last_seq desc`,
    ),
  ).toEqual([
    {
      chain_id: api.tenantId,
      month: month[4],
      first_seal: 1,
      last_seal: 1,
      first_seq: 1,
      last_seq: 2,
      policy: "kept for 3 months",
    },
    {
      chain_id: other,
      month: month[4],
      first_seal: 1,
      last_seal: 1,
      first_seq: 1,
      last_seq: 1,
      policy: "kept for 3 months",
    },
  ]);
  const left = await api.db.sql<{ name: string }>(
    "select distinct right(relname, 7) as name from pg_class where relispartition and relkind = 'r' order by 1",
  );
  expect(left.map(({ name }) => name.replace("_", "-"))).not.toContain(month[4]);
  expect(left.map(({ name }) => name.replace("_", "-"))).toContain(month[3]);
  expect(
    await api.db.sql("select from pending_seal where at < date_trunc('month', now() - interval '3 months')"),
  ).toEqual([]);
  const written = await api.db.sql(
    `select tenant_id, actor_kind, actor_label, targets, changes from event where action = 'system.retention.purged' order by at`,
  );
  const counted = (entries: number, seals: number) => [
    { field: "entries", before: entries, after: 0 },
    { field: "seals", before: seals, after: seals },
    { field: "chains", before: seals, after: seals },
  ];
  const said = { tenant_id: null, actor_kind: "JOB", actor_label: "analytics.cleanup" };
  expect(written).toEqual([
    { ...said, targets: [{ type: "audit_month", id: month[4] }], changes: counted(3, 2) },
  ]);
  expect(await api.db.sql("select count(*) from event")).toEqual([{ count: before!.count - 3 + 1 }]);
  expect(await findMonthsOver(database)).toEqual([]);
});

test("an export says what is gone, and goes on with the entries that are left", async () => {
  await seal(api.db);
  const lines = (await bundleOf(api.db, api.tenantId)).map(
    (line) => JSON.parse(line) as Record<string, never>,
  );
  const of = (type: string) => lines.filter((line) => line.type === type);
  expect(of("purge")).toMatchObject([
    { month: month[4], firstSeal: 1, lastSeal: 1, firstSeq: 1, lastSeq: 2 },
  ]);
  expect(
    of("seal").map(({ leaves }) => (leaves === null ? null : (leaves as unknown as unknown[]).length)),
  ).toEqual([null, 3, 1, 3]);
  expect(of("entry").map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(
    (await bundleOf(api.db, INSTALLATION_CHAIN)).some((line) => line.includes("system.retention.purged")),
  ).toBe(true);
});
