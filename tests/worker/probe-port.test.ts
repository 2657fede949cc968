import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { loadConfig } from "../../platform/config.js";
import { openProbePort, type ProbePort } from "../../worker/health/probe-port.js";
import { startWorker } from "../../worker/worker.js";
import { freshDatabase, TEST_SECRET, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";

let db: TestDatabase;
let redis: OwnRedis;
let probes: ProbePort;
let isStuck = false;
const log = pino({ level: "silent" });
const open = (port = 0) =>
  openProbePort({
    host: "127.0.0.1",
    port,
    database: db.database,
    redisUrl: redis.url,
    log,
    isStuck: () => isStuck,
  });

beforeAll(async () => {
  [db, redis] = await Promise.all([freshDatabase(), ownRedis({ persistent: false })]);
});
beforeEach(async () => {
  isStuck = false;
  probes = await open();
});
afterEach(() => probes.close());
afterAll(() => Promise.all([db.close(), redis.stop()]));

function ask(path: string, method = "GET", port = probes.port): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method, agent: false }, (answer) => {
      let body = "";
      answer.on("data", (chunk: Buffer) => (body += String(chunk)));
      answer.on("end", () => resolve({ status: answer.statusCode!, body }));
    });
    call.once("error", reject);
    call.end();
  });
}
const UP = { status: 200, body: '{"status":"ok"}' };
const DOWN = { status: 503, body: '{"status":"unavailable"}' };
const LIVE = "/api/health/liveness";
const READY = "/api/health/readiness";

test("OD-06 a worker says that it lives and is ready, and nothing else", async () => {
  expect(await ask(LIVE)).toEqual(UP);
  expect(await ask(READY)).toEqual(UP);
  expect(await ask(`${READY}?verbose`)).toEqual(UP);
  expect((await ask(READY, "HEAD")).status).toBe(200);
  expect((await ask(READY, "POST")).status).toBe(405);
  for (const path of ["/", "/api/health/detailed", "/metrics", "/api/health/readiness/x"])
    expect((await ask(path)).status).toBe(404);
});

test("H3 with Redis down it lives and is not ready; ready again after the return", async () => {
  await eventually(
    () => ask(READY),
    ({ status }) => status === 200,
  );
  await redis.kill();
  await eventually(
    () => ask(READY),
    ({ status }) => status === 503,
    5_000,
  );
  expect(await ask(READY)).toEqual(DOWN);
  expect(await ask(LIVE)).toEqual(UP);
  await redis.start();
  await eventually(
    () => ask(READY),
    ({ status }) => status === 200,
    10_000,
  );
});

test("H3 with Redis frozen it is not ready within its own time-out", async () => {
  await eventually(
    () => ask(READY),
    ({ status }) => status === 200,
  );
  await sleep(1_100);
  redis.freeze();
  const started = performance.now();
  try {
    expect(await ask(READY)).toEqual(DOWN);
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(await ask(LIVE)).toEqual(UP);
  } finally {
    redis.thaw();
  }
});

test("H6 it is not ready while the schema is older than the code", async () => {
  const [newest] = await db.sql<{ name: string }>("select max(name) as name from migration");
  await db.sql("delete from migration where name = $1", [newest!.name]);
  expect(await ask(READY)).toEqual(DOWN);
  await db.sql("insert into migration (name, executed_at) values ($1, now())", [newest!.name]);
  await eventually(
    () => ask(READY),
    ({ status }) => status === 200,
  );
});

test("while it stops it is not ready, and lives", async () => {
  expect(await ask(READY)).toEqual(UP);
  probes.drain();
  expect(await ask(READY)).toEqual(DOWN);
  expect(await ask(LIVE)).toEqual(UP);
});

test("OD-06 a worker that is told to stop is not ready from then on, lives to the end, and then is gone", async () => {
  const worker = await startWorker({
    config: {
      databaseUrl: db.url,
      redisUrl: redis.url,
      place: null,
      smtpUrl: "smtp://127.0.0.1:1",
      jwtKey: TEST_SECRET,
      http: loadConfig({}).http,
      audit: loadConfig({}).audit,
      worker: { queues: ["analytics"], lanes: 1, healthPort: 0 },
    },
    log,
    handlers: () => [],
    schedule: [],
  });
  const port = worker.healthPort!;
  expect(await ask(READY, "GET", port)).toEqual(UP);
  const last = worker.stopSteps.findIndex(({ name }) => name === "probes");
  for (const [index, step] of worker.stopSteps.slice(0, last + 1).entries()) {
    await step.run();
    if (index === last) break;
    expect(await ask(READY, "GET", port)).toEqual(DOWN);
    expect(await ask(LIVE, "GET", port)).toEqual(UP);
  }
  await expect(ask(LIVE, "GET", port)).rejects.toThrow("ECONNREFUSED");
  for (const step of worker.stopSteps.slice(last + 1)) await step.run();
});

test("H7 when what it has begun does not move on it is not ready, and lives", async () => {
  isStuck = true;
  expect(await ask(READY)).toEqual(DOWN);
  expect(await ask(LIVE)).toEqual(UP);
});

test("H8 a flood of probes is one look a second", async () => {
  const statements: string[] = [];
  const { query } = db.database;
  db.database.query = async function (statement, values) {
    statements.push(statement.name);
    return query.call(this, statement, values) as never;
  };
  try {
    for (let round = 0; round < 20; round += 1)
      expect(await Promise.all(Array.from({ length: 25 }, () => ask(READY)))).toEqual(
        Array.from({ length: 25 }, () => UP),
      );
  } finally {
    db.database.query = query;
  }
  expect(statements.filter((name) => name === "readiness_ping").length).toBeLessThanOrEqual(8);
});

test("a port that is taken is named, with what to set", async () => {
  await expect(open(probes.port)).rejects.toThrow(
    `127.0.0.1:${probes.port} (listen EADDRINUSE: address already in use 127.0.0.1:${probes.port}). Set WORKER_HEALTH_PORT to a free port.`,
  );
  const other = await open(await findFreePort());
  await other.close();
});
