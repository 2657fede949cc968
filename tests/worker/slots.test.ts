import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Bus } from "#domain/channels.js";
import { ConflictError, UnavailableError } from "#domain/errors.js";
import { newId } from "#domain/ids.js";
import { cancel, done, retry, snooze, type Outcome } from "#domain/jobs/outcome.js";
import { sweepLeases } from "#domain/jobs/sweep.queries.js";
import { createLogger } from "#platform/logger.js";
import { handle, type JobRun } from "#worker/job-handler.js";
import { openSlots, type Slots } from "#worker/slots.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { asOperator, chore, enqueue, jobState, type Chore } from "../support/jobs.js";

const log = createLogger("test", "silent");
const bus: Bus = { publish() {}, subscribe: () => (async function* () {})() };
let db: TestDatabase;
let opened: Slots[] = [];
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 8 });
});
afterAll(() => db.close());
afterEach(async () => {
  await Promise.all(opened.map((slots) => slots.stop(1_000, 100)));
  opened = [];
  await db.sql("delete from job");
});

function slotsFor(
  handler: (run: JobRun<Chore>) => Promise<Outcome>,
  size = 2,
  database = db.database,
): Slots {
  const handlers = new Map([
    [chore.type, handle(chore, handler as (run: JobRun<{ name: string }>) => Promise<Outcome>)],
  ]);
  const slots = openSlots("campaigns", size, {
    database,
    handlers,
    bus,
    log,
    workerId: newId(),
  });
  opened.push(slots);
  return slots;
}
const add = (name = "a") => enqueue(db.database, chore, { name, ms: 0 });
const state = (id: string) => jobState(db.database, id);

test("a job runs as JOB for its tenant, with its payload, and what it emits carries its id", async () => {
  const tenantId = await makeTenant(db.database);
  const id = await enqueue(db.database, chore, { name: "mine", ms: 0 }, { tenantId });
  await slotsFor(async ({ op, payload, progress }) => {
    expect(op.actor).toEqual({ kind: "JOB", name: "campaigns.chore" });
    expect(op.tenantId).toBe(tenantId);
    await progress({ at: payload.name });
    await op.record("campaign.updated", { targets: [{ type: "campaign", id }] });
    return done;
  }).work();
  expect(await db.sql("select state, progress, error from job")).toEqual([
    { state: "SUCCEEDED", progress: { at: "mine" }, error: null },
  ]);
  expect(
    await db.sql("select actor_kind, actor_label, tenant_id, context ->> 'jobId' as job from event"),
  ).toEqual([{ actor_kind: "JOB", actor_label: "campaigns.chore", tenant_id: tenantId, job: id }]);
});

test("one call of work runs all that is due, one after another", async () => {
  for (const name of ["a", "b", "c"]) await add(name);
  const ran: string[] = [];
  await slotsFor(async ({ payload }) => {
    ran.push(payload.name);
    return done;
  }).work();
  expect(ran).toEqual(["a", "b", "c"]);
});

test("each outcome and each kind of error ends the job as outcome.ts says", async () => {
  const endings: Record<string, () => Outcome> = {
    cancel: () => cancel("the campaign was cancelled"),
    retry: () => retry("busy"),
    snooze: () => snooze(30),
    coded: () => {
      throw new ConflictError("taken");
    },
    bug: () => {
      throw new TypeError("oops");
    },
  };
  const ids = Object.fromEntries(
    await Promise.all(Object.keys(endings).map(async (name) => [name, await add(name)] as const)),
  );
  await slotsFor(async ({ payload }) => endings[payload.name]!()).work();
  const found = async (name: string) => {
    const [row] = await db.sql<{ state: string; attempts: number; error: string; wait: number }>(
      "select state, attempts, error, extract(epoch from due_at - now())::float8 as wait from job where id = $1",
      [ids[name]],
    );
    return { ...row!, wait: Math.round(row!.wait / 10) * 10 };
  };
  expect(await found("cancel")).toMatchObject({
    state: "CANCELLED",
    attempts: 1,
    error: "the campaign was cancelled",
  });
  expect(await found("coded")).toMatchObject({ state: "FAILED", attempts: 1, error: "CONFLICT: taken" });
  expect(await found("snooze")).toEqual({ state: "WAITING", attempts: 0, error: null, wait: 30 });
  expect(await found("retry")).toMatchObject({ state: "WAITING", attempts: 1, error: "busy" });
  expect(await found("bug")).toMatchObject({ state: "WAITING", attempts: 1, error: "TypeError: oops" });
});

test("J7 a job that throws every time runs three times and is dead with its last error", async () => {
  const id = await add();
  let runs = 0;
  const slots = slotsFor(async () => {
    runs += 1;
    throw new Error(`run ${runs}`);
  });
  for (let look = 0; look < 5; look += 1) {
    await slots.work();
    await db.sql("update job set due_at = now() where state = 'WAITING'");
  }
  expect(runs).toBe(3);
  expect(await state(id)).toEqual({ state: "FAILED", attempts: 3, crashes: 0, error: "Error: run 3" });
});

test("J12 a type of a newer version is parked for a minute, not failed, and says why", async () => {
  const id = await asOperator(db.database, (op) =>
    op.enqueue({ ...chore, type: "campaigns.fromTheFuture" }, { name: "x", ms: 0 }),
  );
  await slotsFor(async () => done).work();
  expect(await state(id!)).toEqual({
    state: "WAITING",
    attempts: 0,
    crashes: 0,
    error: expect.stringMatching(/^Parked: version .* of the worker does not know campaigns.fromTheFuture; /),
  });
  const [row] = await db.sql<{ wait: number }>(
    "select extract(epoch from due_at - now())::float8 as wait from job",
  );
  expect(row?.wait).toBeGreaterThan(55);
});

test("J12 a payload that cannot be read is tried again by the policy and says what is wrong with it", async () => {
  const id = await asOperator(db.database, (op) =>
    op.enqueue({ ...chore }, { name: 7 } as unknown as { name: string }),
  );
  let ran = false;
  await slotsFor(async () => {
    ran = true;
    return done;
  }).work();
  expect(ran).toBe(false);
  expect(await state(id!)).toMatchObject({
    state: "WAITING",
    attempts: 1,
    error: expect.stringContaining("The payload of campaigns.chore cannot be read: name: "),
  });
});

test("F4 however often it is rung for and however many workers there are, a job runs once", async () => {
  await add();
  let runs = 0;
  const slots = Array.from({ length: 3 }, () =>
    slotsFor(async () => {
      runs += 1;
      await sleep(150);
      return done;
    }, 4),
  );
  await Promise.all(Array.from({ length: 20 }, (_, n) => slots[n % 3]!.work()));
  expect(runs).toBe(1);
});

test("F4 a run longer than its lease keeps the job by giving signs of life", async () => {
  const id = await add();
  const working = slotsFor(async () => {
    await sleep(2_200);
    return done;
  }).work();
  for (let look = 0; look < 10; look += 1) {
    await sleep(200);
    expect(await sweepLeases(db.database)).toEqual([]);
  }
  await working;
  expect(await state(id)).toEqual({ state: "SUCCEEDED", attempts: 1, crashes: 0, error: null });
});

test("F4 J10 a worker whose event loop was blocked past the lease is told, and records nothing over the one that took over", async () => {
  const id = await add();
  let reason: unknown;
  const blocked = slotsFor(async ({ signal }) => {
    const until = performance.now() + 1_300;
    while (performance.now() < until); // nothing of this process runs meanwhile, the lease ends
    // What another worker's sweep and claim have made of the row by then.
    await db.sql(
      "update job set attempts = 2, crashes = 1, lease_owner = $1, lease_until = now() + interval '1 minute'",
      [newId()],
    );
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reason = signal.reason;
    return done;
  });
  await blocked.work();
  expect(reason).toMatchObject({ name: "LeaseLost" });
  expect(await state(id)).toEqual({ state: "ACTIVE", attempts: 2, crashes: 1, error: null });
});

test("a ring that comes while all slots are busy is not lost", async () => {
  await add("long");
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const ran: string[] = [];
  const slots = slotsFor(async ({ payload }) => {
    if (payload.name === "long") await gate;
    ran.push(payload.name);
    return done;
  }, 1);
  const working = slots.work();
  await eventually(() => slots.busy() === 1);
  await add("rung");
  await slots.work();
  release();
  await working;
  expect(ran).toEqual(["long", "rung"]);
});

test("J11 a drain lets a short job end, aborts a long one and gives it back uncounted, and claims no more", async () => {
  const [short, long] = [await add("short"), await add("long")];
  const next: { id?: string } = {};
  const slots = slotsFor(async ({ payload, signal }) => {
    if (payload.name === "short") await sleep(200);
    else await sleep(60_000, undefined, { signal });
    return done;
  });
  const working = Promise.all([slots.work(), slots.work()]);
  await eventually(() => slots.busy() === 2);
  next.id = await add("next");
  const begun = performance.now();
  await slots.stop(500, 1_000);
  await working;
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect(await state(short)).toMatchObject({ state: "SUCCEEDED", attempts: 1 });
  expect(await state(long)).toEqual({ state: "WAITING", attempts: 0, crashes: 0, error: null });
  expect(await state(next.id)).toMatchObject({ state: "WAITING", attempts: 0 });
});

test("J11 a job that does not listen is given back when the time is over, and its late end counts for nothing", async () => {
  const id = await add();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const slots = slotsFor(async () => {
    await gate;
    return done;
  });
  const working = slots.work();
  await eventually(() => slots.busy() === 1);
  await slots.stop(100, 100);
  expect(await state(id)).toEqual({ state: "WAITING", attempts: 0, crashes: 0, error: null });
  // Nobody else begins it while it still runs here: by then this process is gone.
  const [row] = await db.sql<{ wait: number }>(
    "select extract(epoch from due_at - now())::float8 as wait from job where id = $1",
    [id],
  );
  expect(row!.wait).toBeGreaterThan(13);
  expect(row!.wait).toBeLessThanOrEqual(15);
  release();
  await working;
  expect(await state(id)).toEqual({ state: "WAITING", attempts: 0, crashes: 0, error: null });
});

test("JB-07 places are added and taken away while jobs run: never more at once than there are, and none is broken off", async () => {
  for (let n = 0; n < 12; n += 1) await add();
  let [running, most] = [0, 0];
  const slots = slotsFor(async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(60);
    running -= 1;
    return done;
  }, 1);
  const working = slots.work();
  await eventually(
    async () => most,
    (n) => n === 1,
  );
  slots.resize(4);
  void slots.work();
  void slots.work();
  await eventually(
    async () => running,
    (n) => n === 4,
  );
  slots.resize(1);
  await eventually(
    async () => running,
    (n) => n <= 1,
  );
  most = 0;
  await Promise.all([working, slots.work()]);
  await eventually(
    () => db.sql<{ state: string }>("select distinct state from job"),
    (rows) => rows.length === 1 && rows[0]!.state === "SUCCEEDED",
  );
  expect(most).toBeLessThanOrEqual(1);
});

test("J4 a claim whose answer was lost holds no job: the next look gives it back, and it runs once, in its first attempt", async () => {
  const id = await add();
  let lost = 0;
  const unreliable = Object.create(db.database, {
    query: {
      value: async (wanted: { name: string }, values: unknown[]) => {
        const rows = await db.database.query(wanted as never, values);
        if (wanted.name !== "claim_jobs" || lost > 0) return rows;
        lost += 1;
        throw new UnavailableError("The database does not answer.");
      },
    },
  }) as typeof db.database;
  let ran = 0;
  const handler = async () => {
    ran += 1;
    return done;
  };
  const slots = slotsFor(handler, 2, unreliable);
  await expect(slots.work()).rejects.toBeInstanceOf(UnavailableError);
  expect(await state(id)).toEqual({ state: "ACTIVE", attempts: 1, crashes: 0, error: null });
  await slots.work();
  expect(await state(id)).toEqual({ state: "SUCCEEDED", attempts: 1, crashes: 0, error: null });
  expect(ran).toBe(1);
});
