import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { deed, enqueue } from "../support/jobs.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

let db: TestDatabase;
let fixture: Fixture;
let admin: TestUser;
beforeAll(async () => {
  [db, fixture] = await Promise.all([freshDatabase(), buildFixture("worker-process")]);
  await db.sql("create table ran (n serial, name text)");
  admin = await makeUser(db.database);
});
afterAll(() => Promise.all([db.close(), fixture.remove()]));

/** Starts workers again and again, as an orchestrator does, until the test is over. */
class Supervisor {
  readonly exits: number[] = [];
  private isOver = false;
  private readonly running = new Set<FixtureProcess>();
  private readonly watching: Promise<void>[] = [];

  keep(workers: number, env: Readonly<Record<string, string>> = {}): void {
    for (let n = 0; n < workers; n += 1) this.watching.push(this.keepOne(env));
  }

  private async keepOne(env: Readonly<Record<string, string>>): Promise<void> {
    while (!this.isOver) {
      const worker = fixture.run({
        DATABASE_URL: db.url,
        REDIS_URL: inject("redisUrl"),
        NODE_OPTIONS: "--max-old-space-size=160",
        LIMITS: JSON.stringify({ watch: { loopAfterMs: 6_000 } }),
        ...env,
      });
      this.running.add(worker);
      const code = await worker.exited;
      this.running.delete(worker);
      if (!this.isOver) this.exits.push(code);
    }
  }

  async stop(): Promise<void> {
    this.isOver = true;
    for (const { child } of this.running) child.kill("SIGKILL");
    await Promise.all(this.watching);
  }
}

let supervisor: Supervisor;
beforeEach(() => {
  supervisor = new Supervisor();
});
afterEach(async () => {
  await supervisor.stop();
  await db.sql("with j as (delete from job), n as (delete from notification) delete from ran");
});

const add = (name: string, ms = 20) => enqueue(db.database, deed, { name, ms }, { tenantId: admin.tenantId });
async function addGood(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) await add(`sleep ${n}`);
}
interface Found {
  readonly name: string;
  readonly state: string;
  readonly attempts: number;
  readonly crashes: number;
  readonly error: string | null;
  readonly outcomes: readonly string[];
  readonly runs: number;
}
const find = (kind: string) =>
  db.sql<Found>(
    `select payload ->> 'name' as name, state, attempts, crashes, error,
       (select coalesce(jsonb_agg(entry -> 'outcome'), '[]') from jsonb_array_elements(history) entry) as outcomes,
       (select count(*)::int from ran where ran.name = payload ->> 'name') as runs
     from job where payload ->> 'name' like $1 order by created_at`,
    [`${kind}%`],
  );
const one = async (name: string) => (await find(name))[0]!;
const untilGoodDone = (timeoutMs: number) =>
  eventually(
    () => find("sleep"),
    (jobs) => jobs.every(({ state }) => state === "SUCCEEDED"),
    timeoutMs,
  );
const QUARANTINED = {
  state: "FAILED",
  crashes: 3,
  attempts: 3,
  outcomes: ["CRASHED", "CRASHED", "CRASHED"],
  error: expect.stringMatching(/^Quarantined: its worker ended or fell silent 3 times/),
};

/** Another poison may have ended the worker between its claim and its run. */
function expectFewRuns({ name, runs }: Found): void {
  expect(runs, name).toBeGreaterThanOrEqual(2);
  expect(runs, name).toBeLessThanOrEqual(3);
}

test("J7 jobs that exit, run out of memory, loop for ever or throw run three times in all workers together; 200 good ones beside them are done", async () => {
  await addGood(0, 200);
  supervisor.keep(2);
  let begun = performance.now();
  await untilGoodDone(60_000);
  const undisturbedMs = performance.now() - begun;
  await db.sql("with j as (delete from job) delete from ran");

  await addGood(0, 50);
  await add("exit");
  await addGood(50, 100);
  await add("memory");
  await addGood(100, 150);
  await add("loop");
  await addGood(150, 200);
  await add("throw");
  begun = performance.now();
  const good = await untilGoodDone(180_000);
  const poisonedMs = performance.now() - begun;
  await eventually(
    async () => [await one("exit"), await one("memory"), await one("loop"), await one("throw")],
    (poison) => poison.every(({ state }) => state === "FAILED"),
    180_000,
  );
  console.log(
    `poison: 200 good jobs took ${Math.round(undisturbedMs)} ms undisturbed and ${Math.round(poisonedMs)} ms beside four poisons; workers ended with ${supervisor.exits.join(", ")}`,
  );

  for (const name of ["exit", "memory", "loop"]) {
    const poison = await one(name);
    expect(poison, name).toMatchObject(QUARANTINED);
    expectFewRuns(poison);
  }
  expect(await one("throw")).toMatchObject({
    state: "FAILED",
    crashes: 0,
    runs: 3,
    outcomes: ["RETRIED", "RETRIED", "FAILED"],
    error: "Error: it always fails",
  });
  expect(good).toHaveLength(200);
  for (const job of good) {
    // It was beside a poison once at most: from then on it ran alone.
    expect(job.crashes, job.name).toBeLessThanOrEqual(1);
    expect(job.runs, job.name).toBeLessThanOrEqual(1 + job.crashes);
  }
  // Three ends by exit, three by lack of memory (SIGABRT), three by the guard of the event loop (SIGKILL).
  expect(supervisor.exits.filter((code) => code === 7).length).toBeLessThanOrEqual(3);
  expect(supervisor.exits.filter((code) => code === 137).length).toBeGreaterThanOrEqual(2);
  const told = await db.sql<{ userId: string; title: string; href: string }>(
    `select user_id as "userId", title, href from notification where kind = 'DEAD_LETTER'`,
  );
  expect(told).toEqual([
    { userId: admin.userId, title: "campaigns.deed has failed for good", href: expect.any(String) },
  ]);
}, 480_000);

test("J7 a job that is beside one poison after another is not taken for one", async () => {
  const innocent = await add("sleep beside", 4_000);
  for (const n of [1, 2, 3]) await add(`exit ${n}`);
  supervisor.keep(1);
  const [found] = await untilGoodDone(120_000);
  expect(found).toMatchObject({ state: "SUCCEEDED", crashes: 1 });
  await eventually(
    () => find("exit"),
    (poison) => poison.every(({ state }) => state === "FAILED"),
    120_000,
  );
  const poison = await find("exit");
  expect(poison).toMatchObject([QUARANTINED, QUARANTINED, QUARANTINED]);
  poison.forEach(expectFewRuns);
  expect(await db.sql("select state from job where id = $1", [innocent])).toEqual([{ state: "SUCCEEDED" }]);
}, 300_000);
