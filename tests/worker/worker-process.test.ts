import { once } from "node:events";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { chore, enqueue, jobState } from "../support/jobs.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

let db: TestDatabase;
let fixture: Fixture;
let processes: FixtureProcess[] = [];
beforeAll(async () => {
  [db, fixture] = await Promise.all([freshDatabase(), buildFixture("worker-process")]);
  await db.sql("create table ran (n serial, name text, at timestamptz default clock_timestamp())");
});
afterAll(() => Promise.all([db.close(), fixture.remove()]));
beforeEach(async () => {
  processes = [];
  await db.sql("delete from job");
  await db.sql("delete from worker_heartbeat");
  await db.sql("delete from ran");
});
afterEach(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(processes.map(({ exited }) => exited));
});

const launch = (redisUrl = inject("redisUrl"), env: Record<string, string> = {}) => {
  const worker = fixture.run({ DATABASE_URL: db.url, REDIS_URL: redisUrl, ...env });
  processes.push(worker);
  return worker;
};
async function launchReady(redisUrl?: string, env?: Record<string, string>): Promise<FixtureProcess> {
  const worker = launch(redisUrl, env);
  await once(worker.child, "message");
  return worker;
}
const add = (name: string, ms = 0) => enqueue(db.database, chore, { name, ms });
const state = async (id: string) => (await jobState(db.database, id)).state;
const ran = async (name: string) =>
  (await db.sql<{ n: number }>("select count(*)::int as n from ran where name = $1", [name]))[0]!.n;

test("F4 of two workers that hear the same bell one runs the job, even when it blocks its process", async () => {
  await Promise.all([launchReady(), launchReady()]);
  const id = await add("block", 600); // the lease is one second
  await eventually(
    () => state(id),
    (now) => now === "SUCCEEDED",
  );
  expect(await ran("block")).toBe(1);
});

test("J11 on SIGTERM a short job ends, a long one is given back, the heartbeat says stopped, and the code is 0", async () => {
  const worker = await launchReady(undefined, { GRACE_MS: "1500" });
  const [short, long] = [await add("sleep short", 700), await add("sleep long", 60_000)];
  await eventually(
    async () => (await ran("sleep short")) + (await ran("sleep long")),
    (n) => n === 2,
  );
  const begun = performance.now();
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toBe(0);
  expect(performance.now() - begun).toBeLessThan(8_000);
  expect(await state(short)).toBe("SUCCEEDED");
  expect(await jobState(db.database, long)).toEqual({
    state: "WAITING",
    attempts: 0,
    crashes: 0,
    error: null,
  });
  const [beat] = await db.sql<{ pid: number; stopped: boolean; queues: string[]; lanes: number }>(
    "select pid, stopped_at is not null as stopped, queues, lanes from worker_heartbeat",
  );
  expect(beat).toEqual({ pid: worker.child.pid, stopped: true, queues: ["campaigns"], lanes: 4 });
});

test("S5 the same signal twice ends the worker at once, and not with 0", async () => {
  const worker = await launchReady(undefined, { GRACE_MS: "10000" });
  await add("sleep", 60_000);
  await eventually(
    () => ran("sleep"),
    (n) => n === 1,
  );
  worker.child.kill("SIGTERM");
  await sleep(600);
  const begun = performance.now();
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toBe(1);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test("S5 what nobody caught is logged and ends the worker with 1", async () => {
  const worker = await launchReady();
  await add("bug");
  expect(await worker.exited).toBe(1);
  expect(worker.output()).toContain("nobody catches this");
});

test("a worker ends in order when the process that started it is gone", async () => {
  const worker = await launchReady();
  worker.child.disconnect();
  expect(await worker.exited).toBe(0);
});

test("J3 a worker that starts while Redis is away works all the same", async () => {
  const id = await add("no redis");
  launch(join(tmpdir(), "nobody-listens-here.sock"));
  await eventually(
    () => state(id),
    (now) => now === "SUCCEEDED",
    15_000,
  );
});

test("J3 FLUSHALL in the middle of the work loses no job and runs none twice", async () => {
  const redis: OwnRedis = await ownRedis();
  try {
    await launchReady(redis.url);
    const probe = new Redis(redis.url);
    const names = Array.from({ length: 40 }, (_, n) => `sleep ${n}`);
    for (const [n, name] of names.entries()) {
      await add(name, 50);
      if (n % 10 === 5) await probe.flushall();
    }
    probe.disconnect();
    const left = () => db.sql("select 1 from job where state <> 'SUCCEEDED'");
    await eventually(left, (rows) => rows.length === 0, 15_000);
    const runs = await db.sql<{ name: string }>("select name from ran");
    expect(runs.map(({ name }) => name).sort()).toEqual(names.sort());
  } finally {
    for (const { child } of processes) child.kill("SIGKILL");
    await redis.stop();
  }
});

test("a committed job starts without waiting for a look: the bell works", async () => {
  await launchReady();
  const delays: number[] = [];
  for (let n = 0; n < 21; n += 1) {
    const id = await add("quick");
    await eventually(
      () => state(id),
      (now) => now === "SUCCEEDED",
    );
    const [row] = await db.sql<{ ms: number }>(
      "select extract(epoch from started_at - created_at)::float8 * 1000 as ms from job where id = $1",
      [id],
    );
    delays.push(row!.ms);
  }
  const median = delays.sort((a, b) => a - b)[10]!;
  expect(median).toBeLessThan(100); // looking alone would take 500 on average
});
