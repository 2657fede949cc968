import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { readAlertValues } from "#domain/health/index.js";
import { Database } from "#platform/database/database.js";
import { findFreePort } from "#platform/embedded/free-port.js";
import { createLogger } from "#platform/logger.js";
import { startWatchdog, type Watchdog } from "#worker/watchdog.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { chore, enqueue, jobState } from "../support/jobs.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { lanesFor } from "../support/mail-run.js";
import { startScriptedSmtp } from "../support/scripted-smtp.js";
import { startTcpProxy } from "../support/tcp-proxy.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

const log = createLogger("test", "silent");
let db: TestDatabase;
let fixture: Fixture;
beforeAll(async () => {
  [db, fixture] = await Promise.all([freshDatabase({ poolSize: 8 }), buildFixture("worker-process")]);
  await db.sql("create table ran (n serial, name text)");
});
afterAll(() => Promise.all([db.close(), fixture.remove()]));

describe("a worker", () => {
  let worker: FixtureProcess | undefined;
  let port: number;
  beforeEach(async () => {
    port = await findFreePort();
    await db.sql("with j as (delete from job), w as (delete from worker_heartbeat) delete from ran");
  });
  afterEach(async () => {
    worker?.child.kill("SIGCONT");
    worker?.child.kill("SIGKILL");
    await worker?.exited;
  });

  async function launch(watch: object): Promise<FixtureProcess> {
    worker = fixture.run({
      DATABASE_URL: db.url,
      REDIS_URL: inject("redisUrl"),
      HEALTH_PORT: String(port),
      LIMITS: JSON.stringify({ watch }),
    });
    await once(worker.child, "message");
    return worker;
  }
  const add = (name: string, ms = 0) => enqueue(db.database, chore, { name, ms });
  const ask = async (probe: string) => {
    const url = `http://127.0.0.1:${port}/api/health/${probe}`;
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).status;
  };
  const ran = async (name: string) =>
    (await db.sql<{ n: number }>("select count(*)::int as n from ran where name = $1", [name]))[0]!.n;
  const untilRan = (name: string) =>
    eventually(
      () => ran(name),
      (n) => n > 0,
    );

  test("H7 that does not move is not ready, lives, is told of by a signal, gives back what it has and ends in order", async () => {
    const stuck = await launch({ stuckAfterMs: 2_000, endAfterMs: 14_000 });
    expect(await ask("readiness")).toBe(200);
    // Both at once: what began later than a look of the watchdog would count as moving.
    const [beside, hanging] = await Promise.all([add("sleep beside", 600_000), add("hang")]);
    await Promise.all([untilRan("sleep beside"), untilRan("hang")]);
    await eventually(
      () => ask("readiness"),
      (status) => status === 503,
      20_000,
    );
    expect(await ask("liveness")).toBe(200);
    const { WORKER_STALL } = await eventually(
      () => readAlertValues(db.database),
      (found) => found.WORKER_STALL! >= 2,
      12_000,
    );
    expect(WORKER_STALL).toBeLessThan(14);
    expect(await stuck.exited).toBe(1);
    expect(stuck.output()).toContain("has not moved for 14 s");
    // What sleeps has not moved for as long as what hangs, but listens when it is told to end.
    expect(await jobState(db.database, beside)).toMatchObject({
      state: "WAITING",
      attempts: 1,
      crashes: 0,
      error: expect.stringMatching(/^Stalled: It did not move for 1\d s/),
    });
    expect(await jobState(db.database, hanging)).toMatchObject({ state: "ACTIVE", attempts: 1 });
    expect(stuck.output()).toContain("it is left alone");
    expect((await readAlertValues(db.database)).WORKER_STALL).toBe(0);
  }, 90_000);

  test("H7 what moves does not end because of what does not: it is given back uncounted", async () => {
    const stuck = await launch({ stuckAfterMs: 1_000, endAfterMs: 10_000 });
    await add("hang");
    await untilRan("hang");
    await sleep(7_000);
    const young = await add("sleep young", 600_000);
    await untilRan("sleep young");
    expect(await stuck.exited).toBe(1);
    expect(await jobState(db.database, young)).toEqual({
      state: "WAITING",
      attempts: 0,
      crashes: 0,
      error: null,
    });
  }, 60_000);

  test("H4 whose event loop does not turn any more is killed from outside of it, and says why", async () => {
    const looping = await launch({ loopAfterMs: 3_000 });
    await add("block", 1_200);
    await untilRan("block");
    await sleep(1_500);
    expect(await ask("liveness")).toBe(200);
    await add("loop");
    const begun = performance.now();
    expect(await looping.exited).toBe(137);
    expect(performance.now() - begun).toBeGreaterThan(2_500);
    expect(looping.output()).toContain("the event loop has not turned for 3 s; killed, to be started anew");
  }, 60_000);

  test("J10 that was frozen as a whole for longer is not held responsible for it", async () => {
    const frozen = await launch({ loopAfterMs: 2_000, stuckAfterMs: 2_000, endAfterMs: 4_000 });
    frozen.child.kill("SIGSTOP");
    await sleep(7_000);
    frozen.child.kill("SIGCONT");
    await sleep(1_500);
    expect(await ask("liveness")).toBe(200);
    expect(await ask("readiness")).toBe(200);
    const id = await add("afterwards");
    await eventually(
      () => jobState(db.database, id),
      ({ state }) => state === "SUCCEEDED",
    );
  }, 60_000);
});

describe("the watchdog", () => {
  let watchdog: Watchdog;
  afterEach(() => watchdog.stop());
  const watch = (lastMoved: () => number, database = db.database) =>
    (watchdog = startWatchdog({
      database,
      watched: [{ name: "it", lastMoved }],
      log,
      limits: { stuckAfterMs: 600, endAfterMs: 1_200 },
    }));

  test("H7 takes nothing amiss that moves, and says which and for how long when something does not", async () => {
    let movedAt = performance.now();
    watch(() => movedAt);
    for (let n = 0; n < 20; n += 1) {
      await sleep(100);
      movedAt = performance.now();
      expect(watchdog.isStuck()).toBe(false);
    }
    await eventually(() => watchdog.isStuck(), Boolean, 5_000);
    expect(watchdog.stalledMs()).toBeGreaterThan(600);
    movedAt = performance.now();
    await eventually(
      () => watchdog.isStuck(),
      (stuck) => !stuck,
      1_000,
    );
    expect(await watchdog.standstill).toBe("it has not moved for 1 s");
  });

  test("J4 holds nothing against anybody while the database is silent", async () => {
    const { hostname, port, protocol, username, password, pathname } = new URL(db.url);
    expect(hostname).toBe("127.0.0.1");
    const proxy = await startTcpProxy(Number(port));
    const database = await Database.open(
      `${protocol}//${username}:${password}@127.0.0.1:${proxy.port}${pathname}`,
      { poolSize: 2, statementTimeoutMs: 30_000, applicationName: "behind a proxy" },
    );
    try {
      let hasEnded = false;
      let movedAt = performance.now();
      watch(() => movedAt, database);
      void watchdog.standstill.then(() => (hasEnded = true));
      await sleep(300);
      proxy.freeze();
      await sleep(3_000);
      movedAt = performance.now() - 2_900;
      proxy.thaw();
      await sleep(300);
      expect([watchdog.isStuck(), hasEnded]).toEqual([false, false]);
      // It answers again: from now on it counts.
      await eventually(() => watchdog.isStuck(), Boolean, 5_000);
    } finally {
      await watchdog.stop();
      await database.close();
      await proxy.stop();
    }
  }, 30_000);

  test("H7 sees a lane whose mail does not end, and not one that has nothing to do", async () => {
    const smtp = await startScriptedSmtp((moment) => (moment === "dot" ? "hang" : undefined));
    const lanes = lanesFor(db, smtp.url, { lanes: 2, smtp: { mailTimeoutMs: 4_000 } });
    try {
      watchdog = startWatchdog({
        database: db.database,
        watched: [{ name: "a mail lane", lastMoved: () => lanes.lastMoved() }],
        log,
        limits: { stuckAfterMs: 1_500, endAfterMs: 60_000 },
      });
      await sleep(3_000);
      expect(watchdog.isStuck()).toBe(false);
      await seedCampaign(db.database, { leads: 1 });
      await eventually(() => watchdog.isStuck(), Boolean, 10_000);
      // The mail's own limit: it is in doubt, and the lane moves again.
      await eventually(
        () => watchdog.isStuck(),
        (stuck) => !stuck,
        15_000,
      );
    } finally {
      await lanes.stop();
      await smtp.stop();
    }
  }, 60_000);
});
