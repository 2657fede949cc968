import { afterAll, beforeAll, expect, it } from "vitest";
import { pauseCampaign } from "../../domain/campaigns/index.js";
import { Database } from "../../platform/database/database.js";
import { openOrm } from "../../platform/database/orm.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { seedCampaign } from "../support/ledger-seed.js";

let db: TestDatabase;
let limited: Database;
beforeAll(async () => {
  db = await freshDatabase();
  limited = await Database.open(db.url, {
    poolSize: 2,
    statementTimeoutMs: 4000,
    lockTimeoutMs: 400,
    applicationName: "lock-timeout-test",
  });
});
afterAll(async () => {
  await limited.close();
  await db.close();
});

const LIMITS = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
  current_setting('idle_in_transaction_session_timeout') as idle, current_setting('timezone') as zone,
  current_setting('application_name') as name`;

it("a command that waits for somebody else's row lock fails within the lock timeout and changes nothing", async () => {
  const user = await makeUser(db.database);
  const { campaignId } = await seedCampaign(db.database, { leads: 1, tenantId: user.tenantId });
  const op = openOperation(limited, user.op.actor, { requestId: "lock" });
  const client = await db.database.pool.connect();
  try {
    await client.query("begin");
    await client.query("select from campaign where id = $1 for update", [campaignId]);
    const asked = performance.now();
    await expect(op.run(pauseCampaign, { campaignId })).rejects.toMatchObject({ code: "55P03" });
    const waited = performance.now() - asked;
    expect(waited).toBeGreaterThanOrEqual(390);
    expect(waited).toBeLessThan(2000);
    await client.query("commit");
  } finally {
    client.release();
  }
  expect(await db.sql("select status from campaign where id = $1", [campaignId])).toEqual([
    { status: "RUNNING" },
  ]);
  await op.run(pauseCampaign, { campaignId });
  expect(await db.sql("select status from campaign where id = $1", [campaignId])).toEqual([
    { status: "PAUSED" },
  ]);
});

it("transactions run in UTC under the limits of the options; migrations without a limit", async () => {
  const [session] = await limited.orm.em.getConnection().execute(LIMITS);
  expect(session).toEqual({
    statement: "4s",
    lock: "400ms",
    idle: "10s",
    zone: "UTC",
    name: "lock-timeout-test",
  });
  const [standard] = await db.database.orm.em.getConnection().execute(LIMITS);
  expect(standard).toMatchObject({ statement: "10s", lock: "10s" });
  const orm = await openOrm(db.url, { poolSize: 1 });
  try {
    const [migrating] = await orm.em.getConnection().execute(LIMITS);
    expect(migrating).toMatchObject({ statement: "0", lock: "0", idle: "0", zone: "UTC" });
  } finally {
    await orm.close(true);
  }
});
