import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { compare, settled } from "../support/mail-run.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

const MAILS = Number(process.env.CHAOS_MAILS ?? 1000);
const LANES = 8;
const KILLS = 5;

let db: TestDatabase;
let sink: SmtpSink;
let redis: OwnRedis;
let fixture: Fixture;
let worker: FixtureProcess | undefined;
beforeAll(async () => {
  [db, sink, redis, fixture] = await Promise.all([
    freshDatabase(),
    startSmtpSink({ keepRaw: false }),
    ownRedis(),
    buildFixture("mail-worker"),
  ]);
});
afterAll(async () => {
  worker?.child.kill("SIGKILL");
  await worker?.exited;
  await sink.stop();
  await Promise.all([db.close(), redis.stop(), fixture.remove()]);
});

const startWorker = () =>
  fixture.run({
    DATABASE_URL: db.url,
    REDIS_URL: redis.url,
    SMTP_URL: sink.url,
    JWT_SECRET: "x".repeat(32),
    WORKER_LANES: String(LANES),
    LOG_LEVEL: "warn",
  });

it(`J1: ${MAILS} mails on 8 lanes, ${KILLS} × kill -9 of the worker and a Redis restart: nobody is missing, nobody gets it twice, what is in doubt is listed`, async () => {
  const { campaignId } = await seedCampaign(db.database, { leads: MAILS });
  const started = performance.now();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    worker = startWorker();
    // At least a share of the mails each time, and then any moment.
    const share = (MAILS * kill) / (KILLS + 2);
    await eventually(
      () => sink.accepted.length,
      (count) => count >= share,
      120_000,
    );
    if (kill === 3) await redis.kill().then(() => redis.start());
    await sleep(Math.random() * 150);
    worker.child.kill("SIGKILL");
    expect(await worker.exited).toBe(137);
  }
  worker = startWorker();
  const states = await settled(db, campaignId, 90_000 + 40 * MAILS);
  const result = await compare(db, campaignId, sink);
  const seconds = (performance.now() - started) / 1000;
  console.log(`chaos: ${seconds.toFixed(1)} s, ${JSON.stringify(states)}, ${JSON.stringify(result)}`);
  expect(result).toMatchObject({ leads: MAILS, twice: [], missing: 0, invented: 0, foreign: 0 });
  expect(result.uncertain).toBeLessThanOrEqual(LANES * KILLS);
  expect(result.sent + result.uncertain).toBe(MAILS);
  expect(result.sent).toBe(result.accepted - result.uncertainAccepted);
  const listed = await db.sql(
    `select from message where campaign_id = $1 and state = 'UNCERTAIN' and reason = 'LEASE_EXPIRED' and message_id_header is not null`,
    [campaignId],
  );
  expect(listed).toHaveLength(result.uncertain);
  await eventually(
    async () =>
      (await db.sql<{ status: string }>("select status from campaign where id = $1", [campaignId]))[0]!
        .status,
    (status) => status === "COMPLETED",
  );
}, 400_000);
