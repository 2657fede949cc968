import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { sendTransactional } from "#domain/emails/index.js";
import { createLogger } from "#platform/logger.js";
import { handlers } from "#worker/handlers.js";
import { startWorker, type Worker } from "#worker/worker.js";
import { loadConfig, requireServices } from "../../platform/config.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { enqueue } from "../support/jobs.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

let db: TestDatabase;
let sink: SmtpSink;
let person: TestUser;
let worker: Worker;
beforeAll(async () => {
  [db, sink] = await Promise.all([freshDatabase(), startSmtpSink({ keepRaw: false })]);
  person = await makeUser(db.database);
  await seedCampaign(db.database, { leads: 50_000, tenantId: person.tenantId });
  const environment = {
    DATABASE_URL: db.url,
    REDIS_URL: inject("redisUrl"),
    SMTP_URL: sink.url,
    JWT_SECRET: "the key of the tests, 32 characters",
    WORKER_LANES: "4",
  };
  worker = await startWorker({
    config: requireServices(loadConfig(environment)),
    log: createLogger("worker", "silent"),
    handlers,
    schedule: [],
  });
});
afterAll(async () => {
  for (const { run } of worker.stopSteps) await run();
  await sink.stop();
  await db.close();
});

test("JB-10 a mail that somebody waits for leaves within 5 s while 50,000 of a campaign are queued", async () => {
  await sink.waitFor(50, 20_000);
  const payload = { notice: "PASSWORD_CHANGED", userId: person.userId } as const;
  await enqueue(db.database, sendTransactional, payload, { tenantId: person.tenantId });
  const since = performance.now();
  await eventually(
    async () => sink.accepted.some(({ to }) => to.includes(person.email)),
    (isThere) => isThere,
    20_000,
  );
  expect(performance.now() - since).toBeLessThan(5_000);
  // The campaign was not done meanwhile.
  expect(sink.accepted.length).toBeLessThan(50_000);
});

test("JB-07 a paused queue claims no mail after 2 s, and what was claimed ends as sent; resumed, it goes on", async () => {
  await db.sql("update queue_setting set paused_at = now() where queue = 'emails'");
  await sleep(2_000);
  await eventually(
    () => db.sql("select from message where state = 'SENDING'"),
    (rows) => rows.length === 0,
    10_000,
  );
  const sent = sink.accepted.length;
  await sleep(1_500);
  expect(sink.accepted.length).toBe(sent);
  await db.sql("update queue_setting set paused_at = null");
  await sink.waitFor(sent + 20, 10_000);
});

test("JB-07 mail lanes are added and taken away while a campaign is sent", async () => {
  const busiest = async (during: number) => {
    let most = 0;
    for (const until = performance.now() + during; performance.now() < until; await sleep(10))
      most = Math.max(most, sink.connectionCount());
    return most;
  };
  await db.sql("update queue_setting set lanes = 1 where queue = 'emails'");
  await eventually(
    async () => sink.connectionCount(),
    (open) => open === 1,
    10_000,
  );
  expect(await busiest(500)).toBe(1);
  await db.sql("update queue_setting set lanes = 6 where queue = 'emails'");
  await eventually(
    async () => sink.connectionCount(),
    (open) => open === 6,
    10_000,
  );
});
