import { cpus } from "node:os";
import { statfs } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HealthSample } from "../../domain/health/index.js";
import { Database } from "../../platform/database/database.js";
import { CpuMeter, EventLoopMeter } from "../../platform/health/machine.js";
import { openHealthSampler, type HealthSampler } from "../../platform/health/sampler.js";
import { checkPostgres } from "../../platform/health/services.js";
import { SteadyStatus } from "../../platform/health/steady-status.js";
import { Watchers } from "../../platform/health/watchers.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

let db: TestDatabase;
let redis: OwnRedis;
let smtp: SmtpSink;
let sampler: HealthSampler;

beforeAll(async () => {
  [db, redis, smtp] = await Promise.all([freshDatabase(), ownRedis({ persistent: false }), startSmtpSink()]);
  sampler = openHealthSampler({
    database: db.database,
    redisUrl: redis.url,
    smtpUrl: smtp.url,
    dataDirectory: `${process.cwd()}/no/such/directory/yet`,
  });
});
afterAll(async () => {
  sampler.close();
  await Promise.all([db.close(), redis.stop(), smtp.stop()]);
});

const serviceOf = (sample: HealthSample, name: string) =>
  sample.services.find((service) => service.name === name)!;

/** Watches at 5 Hz until a sample is as wanted. */
async function watchUntil(isWanted: (sample: HealthSample) => boolean, most = 60): Promise<HealthSample> {
  let seen = 0;
  for await (const sample of sampler.watch(200)) {
    if (isWanted(sample)) return sample;
    seen += 1;
    if (seen > most) throw new Error(`not within ${most} samples: ${JSON.stringify(sample)}`);
  }
  throw new Error("the watch ended");
}

describe("the sample", () => {
  test("has the figures of this machine", async () => {
    const sample = await watchUntil((candidate) => candidate.cpu.percent > 0);
    const { blocks, bsize } = await statfs(process.cwd());
    expect(sample.disk.totalBytes).toBe(blocks * bsize);
    expect(sample.disk.percent).toBeGreaterThan(0);
    expect(sample.memory.usedBytes).toBeGreaterThan(process.memoryUsage().rss / 2);
    expect(sample.memory.percent).toBeCloseTo((100 * sample.memory.usedBytes) / sample.memory.totalBytes, 0);
    expect(sample.cpu.percent).toBeLessThanOrEqual(100);
    expect(Math.abs(Date.parse(sample.at) - Date.now())).toBeLessThan(2000);
    for (const name of ["postgres", "redis", "mail"]) {
      expect(serviceOf(sample, name).latencyMs).toEqual(expect.any(Number));
      // A busy machine may be slow to answer.
      expect(serviceOf(sample, name).status).not.toBe("UNHEALTHY");
    }
  });

  test("a second watcher costs no second measurement", async () => {
    const [one, two] = [sampler.watch(200), sampler.watch(200)];
    const pairs = [];
    for (let count = 0; count < 4; count += 1) pairs.push(await Promise.all([one.next(), two.next()]));
    for (const [first, second] of pairs.slice(1)) expect(first.value).toBe(second.value);
    await Promise.all([one.return?.(), two.return?.()]);
  });

  test("without a worker it is unhealthy and says so; a heartbeat makes it well", async () => {
    expect(serviceOf(await sampler.current(), "workers")).toMatchObject({
      status: "UNHEALTHY",
      detail: "no worker is alive",
    });
    await db.sql(
      `insert into worker_heartbeat (id, host, pid, version, queues, lanes)
       values (gen_random_uuid(), 'here', 1, 'test', '{emails}', 8)`,
    );
    const well = await watchUntil((sample) => serviceOf(sample, "workers").status === "HEALTHY");
    expect(serviceOf(well, "workers").detail).toBe("1 worker is alive");
    expect(well.services.map((service) => service.status)).not.toContain("UNHEALTHY");
  });

  test("a dead Redis shows within three samples, its return after five", async () => {
    await redis.kill();
    const dead = await watchUntil((sample) => serviceOf(sample, "redis").status === "UNHEALTHY", 8);
    expect(dead.status).toBe("UNHEALTHY");
    expect(serviceOf(dead, "redis").latencyMs).toBeNull();
    expect(serviceOf(dead, "redis").detail).not.toBeNull();
    await redis.start();
    const back = await watchUntil((sample) => serviceOf(sample, "redis").status === "HEALTHY");
    expect(serviceOf(back, "redis").latencyMs).not.toBeNull();
  });

  test("a frozen Redis shows too, and keeps no sample waiting longer than its time-out", async () => {
    redis.freeze();
    const started = performance.now();
    const dead = await watchUntil((sample) => serviceOf(sample, "redis").status === "UNHEALTHY", 8);
    expect(serviceOf(dead, "redis").detail).toBe("no answer within 1000 ms");
    expect(performance.now() - started).toBeLessThan(6000);
    redis.thaw();
    await watchUntil((sample) => serviceOf(sample, "redis").status === "HEALTHY");
  });
});

test("a burst of queries is no degradation, a pool that stays full is one", async () => {
  const database = await Database.open(db.url, {
    poolSize: 10,
    statementTimeoutMs: 5000,
    applicationName: "pool-use",
  });
  const { pool } = database;
  const postgres = checkPostgres(database);
  const burst = await Promise.all(Array.from({ length: 9 }, () => pool.connect()));
  const detail = "9 of 10 connections in use";
  try {
    const seen = [await postgres.check(), await postgres.check(), await postgres.check()];
    expect(seen.map((each) => each.detail)).toEqual([detail, detail, detail]);
    expect(seen.slice(0, 2).map((each) => each.status)).toEqual(["HEALTHY", "HEALTHY"]);
    expect(seen[2]!.status).not.toBe("HEALTHY");
  } finally {
    for (const client of burst) client.release();
  }
  expect((await postgres.check()).status).toBe("HEALTHY");
  await database.close();
});

describe("the meters", () => {
  test("a blocked event loop shows at the 99th percentile", async () => {
    const meter = new EventLoopMeter();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const end = performance.now() + 300;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(meter.measure()).toBeGreaterThan(200);
    meter.stop();
  });

  test("a busy core shows as its share", async () => {
    const meter = new CpuMeter();
    await meter.measure();
    const end = performance.now() + 500;
    while (performance.now() < end);
    expect((await meter.measure()).percent).toBeGreaterThan(60 / cpus().length);
  });
});

describe("a state", () => {
  function steady(): SteadyStatus {
    const status = new SteadyStatus();
    for (let count = 0; count < 5; count += 1) status.next("HEALTHY");
    return status;
  }

  test("gets worse with the third bad sample, better with the fifth good one", () => {
    const status = steady();
    expect(["UNHEALTHY", "UNHEALTHY", "UNHEALTHY"].map((seen) => status.next(seen as "UNHEALTHY"))).toEqual([
      "HEALTHY",
      "HEALTHY",
      "UNHEALTHY",
    ]);
    expect(Array.from({ length: 5 }, () => status.next("HEALTHY"))).toEqual([
      ...Array<string>(4).fill("UNHEALTHY"),
      "HEALTHY",
    ]);
  });

  test("HM-02 is not changed by a spike", () => {
    const status = steady();
    for (const seen of ["UNHEALTHY", "UNHEALTHY", "HEALTHY", "DEGRADED", "DEGRADED", "HEALTHY"] as const)
      expect(status.next(seen)).toBe("HEALTHY");
  });

  test("is what is seen while everything starts", () => {
    const status = new SteadyStatus();
    expect([status.next("UNHEALTHY"), status.next("HEALTHY")]).toEqual(["UNHEALTHY", "HEALTHY"]);
  });
});

describe("watching", () => {
  test("a slow reader gets the newest sample, not a queue of old ones", async () => {
    let count = 0;
    const watchers = new Watchers(async () => (count += 1), 1000);
    const watch = watchers.add(20, async () => 0);
    expect((await watch.next()).value).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const newest = count;
    expect((await watch.next()).value).toBe(newest);
    watchers.close();
    expect((await watch.next()).done).toBe(true);
  });

  test("a failing measurement does not end it", async () => {
    let count = 0;
    const watchers = new Watchers(async () => {
      count += 1;
      if (count < 3) throw new Error("the volume is gone");
      return count;
    }, 1000);
    const watch = watchers.add(10, () => Promise.reject(new Error("the volume is gone")));
    expect((await watch.next()).value).toBe(3);
    await watch.return?.();
    watchers.close();
  });
});
