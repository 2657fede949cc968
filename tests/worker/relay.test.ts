import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  campaignChannel,
  EVENTS_CHANNEL,
  SESSIONS_CHANNEL,
  type CampaignHint,
  type EventHint,
  type SessionHint,
} from "#domain/channels.js";
import { newId } from "#domain/ids.js";
import { createLogger } from "#platform/logger.js";
import { openPubSub, type PubSub } from "#platform/pubsub.js";
import { openQueues, type Queues } from "#platform/queues/queues.js";
import { startRelay, type Relay } from "#worker/relay.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { asOperator, chore, enqueue } from "../support/jobs.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";

const log = createLogger("test", "silent");
let db: TestDatabase;
let redis: OwnRedis;
let tenantId: string;
let bus: PubSub;
let queues: Queues;
let relay: Relay | undefined;
let rung: string[];

beforeAll(async () => {
  [db, redis] = await Promise.all([freshDatabase({ poolSize: 6 }), ownRedis()]);
  tenantId = await makeTenant(db.database);
});
afterAll(() => Promise.all([db.close(), redis.stop()]));
beforeEach(async () => {
  const prefix = `{pw:${randomUUID()}}`;
  rung = [];
  bus = openPubSub(redis.url, prefix, log);
  queues = await openQueues(redis.url, prefix, { log });
  queues.listen("campaigns", 4, async (jobId) => void rung.push(jobId));
  await eventually(() => confirmed());
});
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  await Promise.all([queues.close(500), bus.close()]);
  await db.sql("delete from job");
  await db.sql("delete from pending_event");
});

const confirmed = () =>
  bus.publishAll([{ channel: "warm-up", hint: {} }], 500).then(
    () => true,
    () => false,
  );
const start = () => (relay = startRelay({ database: db.database, queues, bus, log }));
const pending = async () =>
  (await db.sql<{ n: number }>("select count(*)::int as n from pending_event"))[0]!.n;
const pause = (campaignId: string) =>
  asOperator(
    db.database,
    (op) => op.emit("campaign.paused", { targets: [{ type: "campaign", id: campaignId }] }),
    tenantId,
  );

test("a committed event is published to everybody and on its campaign's channel, then it is no longer pending", async () => {
  const campaignId = newId();
  const all = bus.subscribe<EventHint>(EVENTS_CHANNEL);
  const own = bus.subscribe<CampaignHint>(campaignChannel(campaignId));
  await sleep(50);
  start();
  await pause(campaignId);
  const { value } = await all.next();
  const [row] = await db.sql<{ id: string }>("select id from event order by id desc limit 1");
  expect(value).toEqual({
    id: row?.id,
    tenantId,
    action: "campaign.paused",
    targets: [{ type: "campaign", id: campaignId }],
  });
  expect((await own.next()).value).toEqual({ campaignId, messageId: null });
  await eventually(pending, (n) => n === 0);
});

test("an event about a session closes its sockets", async () => {
  const sessionId = newId();
  const sessions = bus.subscribe<SessionHint>(SESSIONS_CHANNEL);
  await sleep(50);
  start();
  await asOperator(
    db.database,
    (op) => op.emit("auth.session.revoked", { targets: [{ type: "session", id: sessionId }] }),
    tenantId,
  );
  expect((await sessions.next()).value).toEqual({ sessionId });
});

test("nothing is published or rung for before the commit, and nothing at all after a rollback", async () => {
  const all = bus.subscribe<EventHint>(EVENTS_CHANNEL);
  await sleep(50);
  start();
  const [rolledBack, committed] = [newId(), newId()];
  const heard: string[] = [];
  void (async () => {
    for await (const hint of all) heard.push(hint.targets[0]!.id);
  })();
  const change = (campaignId: string, isKept: boolean) =>
    asOperator(
      db.database,
      async (op) => {
        await op.emit("campaign.paused", { targets: [{ type: "campaign", id: campaignId }] });
        await op.enqueue(chore, { name: campaignId, ms: 0 });
        await op.query({ name: "a_while", text: "select pg_sleep(0.6)" });
        expect(heard).toEqual([]);
        expect(rung).toEqual([]);
        if (!isKept) throw new Error("no");
      },
      tenantId,
    );
  await expect(change(rolledBack, false)).rejects.toThrow("no");
  await change(committed, true);
  await eventually(() => heard.length > 0 && rung.length > 0);
  await sleep(400);
  expect(heard).toEqual([committed]);
  const jobs = await db.sql<{ id: string }>("select id from job");
  expect(rung).toEqual([jobs[0]?.id]);
  await all.return?.();
});

test("J3 while Redis is down nothing is lost and commands go on; what waited is published in order", async () => {
  const all = bus.subscribe<EventHint>(EVENTS_CHANNEL);
  await sleep(50);
  start();
  await redis.kill();
  const ids = [newId(), newId(), newId()];
  const begun = performance.now();
  for (const id of ids) await pause(id);
  const jobId = await enqueue(db.database, chore, { name: "waits", ms: 0 });
  expect(performance.now() - begun).toBeLessThan(1_000);
  await sleep(600);
  expect(await pending()).toBe(3);
  await redis.start();
  const heard = [];
  for (const _ of ids) heard.push((await all.next()).value?.targets[0]?.id);
  expect(heard).toEqual(ids);
  await eventually(() => rung.includes(jobId));
  await eventually(pending, (n) => n === 0);
});

test("J3 a frozen Redis confirms nothing, so nothing is taken as published", async () => {
  start();
  redis.freeze();
  try {
    await pause(newId());
    await sleep(1_500);
    expect(await pending()).toBe(1);
  } finally {
    redis.thaw();
  }
  await eventually(pending, (n) => n === 0);
});

test("two relays publish an event once each, not twice", async () => {
  const all = bus.subscribe<EventHint>(EVENTS_CHANNEL);
  await sleep(50);
  const heard: string[] = [];
  void (async () => {
    for await (const hint of all) heard.push(hint.id);
  })();
  start();
  const second = startRelay({ database: db.database, queues, bus, log });
  for (let n = 0; n < 40; n += 1) await pause(newId());
  await eventually(() => heard.length >= 40);
  await eventually(pending, (n) => n === 0);
  await second.stop();
  expect(heard.length).toBe(40);
  expect(new Set(heard).size).toBe(40);
  await all.return?.();
});

test("a job that is due in a moment is rung for when it is due", async () => {
  start();
  const dueAt = new Date(Date.now() + 600);
  const id = await enqueue(db.database, chore, { name: "soon", ms: 0 }, { dueAt });
  await sleep(400);
  expect(rung).toEqual([]);
  await eventually(() => rung.includes(id));
  expect(Date.now() - dueAt.getTime()).toBeLessThan(200);
});

test("the relay hears again after its connection was cut", async () => {
  start();
  const listening = () =>
    db.sql<{ pid: number }>(
      "select pid from pg_stat_activity where application_name like 'postwatch listening%' and datname = current_database()",
    );
  const [before] = await eventually(listening, (rows) => rows.length === 1);
  await db.sql("select pg_terminate_backend($1)", [before?.pid]);
  await eventually(listening, (rows) => rows.length === 1 && rows[0]?.pid !== before?.pid);
  const id = await enqueue(db.database, chore, { name: "again", ms: 0 });
  await eventually(() => rung.includes(id));
});
