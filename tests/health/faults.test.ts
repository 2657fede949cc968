import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HealthSample } from "../../domain/health/index.js";
import { openHealthSampler } from "../../platform/health/sampler.js";
import { startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";
import { faultsOf } from "./support/exposition.js";

let postgres: OwnPostgres;
let redis: OwnRedis;
let api: Api;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([ownPostgres(), ownRedis({ persistent: false })]);
  const tenantId = await makeTenant(postgres.database);
  const person = (role: "ADMIN" | "MANAGER" | "USER") => makeUser(postgres.database, { tenantId, role });
  const people = {
    ADMIN: await person("ADMIN"),
    MANAGER: await person("MANAGER"),
    USER: await person("USER"),
  };
  api = await startApi({
    beside: { db: postgres, tenantId, people },
    environment: { REDIS_URL: redis.url },
  });
}, 120_000);
afterAll(async () => {
  await api.close();
  await Promise.all([postgres.close(), redis.stop()]);
});

async function probe(path: string) {
  const started = performance.now();
  const response = await api.withHeader(undefined).fetch(`/api/health${path}`);
  return { status: response.status, body: await response.json(), ms: performance.now() - started };
}
const isReady = () => probe("/readiness");
const untilReady = (timeoutMs: number) => eventually(isReady, ({ status }) => status === 200, timeoutMs);
/** The answer before counts for a second. */
const outwaitCache = () => sleep(1_100);
const serviceOf = (sample: HealthSample, name: string) =>
  sample.services.find((service) => service.name === name)!;

/** Watches until a sample is as wanted; fails when one takes longer than the longest time-out. */
async function watchUntil(isWanted: (sample: HealthSample) => boolean, most = 40): Promise<HealthSample> {
  let seen = 0;
  let last = performance.now();
  for await (const sample of api.health.watch(200)) {
    expect(performance.now() - last).toBeLessThan(6_500);
    last = performance.now();
    if (isWanted(sample)) return sample;
    seen += 1;
    if (seen > most) throw new Error(`not within ${most} samples: ${JSON.stringify(sample)}`);
  }
  throw new Error("the watch ended");
}
const UNKNOWN = [
  "OLDEST_DUE_MESSAGE",
  "OLDEST_WAITING_EMAILS",
  "OLDEST_WAITING_CAMPAIGNS",
  "OLDEST_WAITING_ANALYTICS",
  "DEAD_LETTERS",
  "WORKER_SILENCE",
  "WORKER_STALL",
  "OUTBOX_LAG",
  "AUDIT_SEAL_LAG",
  "AUDIT_ANCHOR_LAG",
  "AUDIT_FAULTS",
  "POSTGRES_PING",
];

describe("H1 PostgreSQL is stopped", () => {
  test("live 200, ready 503 at once; the sample goes on; ready again within two seconds of the return", async () => {
    await untilReady(5_000);
    await postgres.stopServer();
    await outwaitCache();
    const down = await isReady();
    expect(down).toMatchObject({ status: 503, body: { status: "unavailable" } });
    expect(down.ms).toBeLessThan(800);
    expect(await probe("")).toMatchObject({ status: 503, body: { status: "unavailable" } });
    expect(await probe("/liveness")).toMatchObject({ status: 200, body: { status: "ok" } });
    const sample = await watchUntil((seen) => serviceOf(seen, "postgres").status === "UNHEALTHY");
    expect(serviceOf(sample, "postgres").latencyMs).toBeNull();
    for (const name of UNKNOWN)
      expect(sample.signals.find((signal) => signal.name === name)!.value, name).toBeNull();
    expect(sample.status).toBe("UNHEALTHY");
    const metrics = await (await api.withHeader(undefined).fetch("/metrics")).text();
    expect(metrics).toContain('postwatch_health_status{part="postgres"} 2');
    expect(metrics).toContain("postwatch_process_cpu_seconds_total");
    expect(metrics).not.toMatch(/^postwatch_(jobs|job_oldest_wait_seconds)[{ ]/m);
    expect(metrics).toMatch(/^postwatch_outbox_lag_seconds nan$/im);
    expect(faultsOf(metrics)).toEqual([]);

    await postgres.startServer();
    const back = performance.now();
    await untilReady(4_000);
    expect(performance.now() - back).toBeLessThan(3_000);
    const well = await watchUntil((seen) => serviceOf(seen, "postgres").status === "HEALTHY", 60);
    expect(well.signals.find(({ name }) => name === "OUTBOX_LAG")!.value).not.toBeNull();
  });
});

test("H1 what was seen while PostgreSQL was away is in the history when it is back", async () => {
  await untilReady(5_000);
  const recording = openHealthSampler({
    database: postgres.database,
    redisUrl: redis.url,
    smtpUrl: api.smtp.url,
    dataDirectory: process.cwd(),
    host: "chronicler",
    isRecording: true,
  });
  const rows = () =>
    postgres.sql<{ at: string; postgres: string; signals: Record<string, number | null> }>(
      "select at, services -> 'postgres' ->> 0 as postgres, signals from health_sample where host = 'chronicler' order by at",
    );
  try {
    await eventually(rows, (seen) => seen.length === 1, 15_000);
    await postgres.stopServer();
    await sleep(16_000);
    await postgres.startServer();
    const seen = await eventually(
      () => rows().catch(() => []),
      (found) => found.length >= 5,
      25_000,
    );
    const away = seen.filter((row) => row.postgres === "UNHEALTHY");
    expect(away.length).toBeGreaterThanOrEqual(1);
    for (const { signals } of away) expect(signals).toMatchObject({ OUTBOX_LAG: null });
    const times = seen.map(({ at }) => Date.parse(at));
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual(
      times.slice(1).map(() => 5_000),
    );
  } finally {
    recording.close();
  }
}, 90_000);

describe("H2 PostgreSQL is frozen", () => {
  test("ready 503 within its own 800 ms, live 200; a sample waits no longer than its time-outs", async () => {
    await untilReady(5_000);
    await outwaitCache();
    await postgres.freeze();
    try {
      const [down, live] = await Promise.all([isReady(), probe("/liveness")]);
      expect(down).toMatchObject({ status: 503, body: { status: "unavailable" } });
      expect(down.ms).toBeGreaterThan(700);
      expect(down.ms).toBeLessThan(1_500);
      expect(live).toMatchObject({ status: 200, body: { status: "ok" } });
      expect(live.ms).toBeLessThan(500);
      const sample = await watchUntil((seen) => serviceOf(seen, "postgres").status === "UNHEALTHY", 8);
      expect(serviceOf(sample, "postgres").detail).toBe("no answer within 2000 ms");
      for (const name of UNKNOWN)
        expect(sample.signals.find((signal) => signal.name === name)!.value, name).toBeNull();
    } finally {
      postgres.thaw();
    }
    await untilReady(4_000);
    await watchUntil((seen) => serviceOf(seen, "postgres").status === "HEALTHY", 60);
  });
});

describe("H3, HM-03 Redis is stopped", () => {
  test("redis is UNHEALTHY within 20 s while nobody watches; ready 200, and queries and mutations are answered", async () => {
    await watchUntil((seen) => serviceOf(seen, "redis").status === "HEALTHY");
    const idle = api.health.watch(5_000);
    await redis.kill();
    const killed = performance.now();
    for await (const sample of idle) {
      expect(performance.now() - killed).toBeLessThan(20_000);
      if (serviceOf(sample, "redis").status === "UNHEALTHY") break;
    }
    expect(await isReady()).toMatchObject({ status: 200, body: { status: "ok" } });
    const admin = await api.as("ADMIN");
    const query = await admin.ask<{ me: { role: string } }>("{ me { role } }");
    expect(query.data).toEqual({ me: { role: "ADMIN" } });
    const mutation = await admin.ask<{ createTeam: { __typename: string } }>(
      'mutation { createTeam(input: { name: "While Redis is away" }) { __typename } }',
    );
    expect(mutation.data).toEqual({ createTeam: { __typename: "CreateTeamSuccess" } });
    await redis.start();
    await watchUntil((seen) => serviceOf(seen, "redis").status === "HEALTHY", 80);
  }, 60_000);
});

test("H4 while the event loop is blocked for three seconds liveness waits and then answers 200", async () => {
  const asked = probe("/liveness");
  const end = performance.now() + 3_000;
  while (performance.now() < end);
  const answer = await asked;
  expect(answer).toMatchObject({ status: 200, body: { status: "ok" } });
  expect(answer.ms).toBeGreaterThan(2_900);
});

test("H5, HM-04 with the mail server down it is ready: mail is no part of serving, and health says what is wrong", async () => {
  await api.smtp.stop();
  expect(await isReady()).toMatchObject({ status: 200, body: { status: "ok" } });
  expect(await probe("/liveness")).toMatchObject({ status: 200, body: { status: "ok" } });
  const sample = await watchUntil((seen) => serviceOf(seen, "mail").status === "UNHEALTHY", 120);
  expect(serviceOf(sample, "mail").latencyMs).toBeNull();
  expect(sample.signals.find(({ name }) => name === "MAIL_LATENCY")).toMatchObject({
    value: null,
    status: "UNHEALTHY",
  });
  expect(await isReady()).toMatchObject({ status: 200 });
}, 60_000);

test("H10 a pool that slow queries exhaust makes readiness 503 fast, and it is ready when they have ended", async () => {
  await untilReady(5_000);
  const { pool } = postgres.database;
  const slow = Array.from({ length: pool.options.max + 2 }, () =>
    pool.query("select pg_sleep(3)").catch(() => {}),
  );
  await outwaitCache();
  const down = await isReady();
  expect(down.status).toBe(503);
  expect(down.ms).toBeLessThan(1_500);
  expect((await probe("/liveness")).status).toBe(200);
  await Promise.all(slow);
  await untilReady(4_000);
}, 60_000);

test("H10 a statement that runs away is ended by the server, and so is a transaction that does nothing", async () => {
  const { pool } = postgres.database;
  await expect(pool.query("select pg_sleep(30)")).rejects.toMatchObject({ code: "57014" });
  const [idle] = await postgres.sql<{ idle: string }>("show idle_in_transaction_session_timeout");
  expect(Object.values(idle!)).toEqual(["10s"]);
}, 60_000);
