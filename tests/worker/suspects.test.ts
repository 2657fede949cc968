import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Bus } from "#domain/channels.js";
import { newId } from "#domain/ids.js";
import { done } from "#domain/jobs/outcome.js";
import { createLogger } from "#platform/logger.js";
import type { Repetition } from "#platform/repeat.js";
import { handle, type JobRun } from "#worker/job-handler.js";
import { openSlots, type Slots } from "#worker/slots.js";
import { watchSuspects, type SuspectLimits } from "#worker/suspects.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { deed, enqueue, jobState, novelty } from "../support/jobs.js";
import { lanesFor } from "../support/mail-run.js";

const log = createLogger("test", "silent");
const bus: Bus = { publish() {}, subscribe: () => (async function* () {})() };
let db: TestDatabase;
let slots: Slots;
let looking: Repetition;
let lanes: ReturnType<typeof lanesFor>;
/** What runs now, and what did beside each. */
let running: string[] = [];
let company: Record<string, string[]> = {};
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
});
afterAll(() => db.close());
afterEach(async () => {
  await Promise.all([looking.stop(), slots.stop(0, 1_000), lanes.stop()]);
  await db.sql("delete from job");
  [running, company] = [[], {}];
});

async function behave({ payload, signal }: JobRun<{ name: string; ms?: number | undefined }>) {
  const { name, ms } = payload;
  for (const other of running) {
    company[other] = [...(company[other] ?? []), name];
    company[name] = [...(company[name] ?? []), other];
  }
  running.push(name);
  try {
    await sleep(ms, undefined, name.startsWith("deaf") ? {} : { signal });
  } finally {
    running = running.filter((other) => other !== name);
  }
  return done;
}

function start(limits: Partial<SuspectLimits>): void {
  const handlers = new Map([[deed.type, handle(deed, behave)]]);
  slots = openSlots("campaigns", 4, {
    database: db.database,
    handlers,
    bus,
    log,
    workerId: newId(),
  });
  lanes = lanesFor(db, "smtp://127.0.0.1:9", { lanes: 1 });
  looking = watchSuspects({
    database: db.database,
    places: [{ name: "campaigns", slots }],
    handlers,
    lanes,
    log,
    limits,
  });
}
const add = (name: string, ms: number) => enqueue(db.database, deed, { name, ms });
async function addSuspect(name: string, ms: number): Promise<string> {
  const id = await add(name, ms);
  await db.sql("update job set crashes = 1, attempts = 1 where id = $1", [id]);
  return id;
}
const untilRunning = (...names: string[]) =>
  eventually(
    () => running,
    (now) => names.every((name) => now.includes(name)),
    20_000,
  );
const untilDone = (id: string) =>
  eventually(
    () => jobState(db.database, id as never),
    ({ state }) => state === "SUCCEEDED",
    20_000,
  );
const untilReserved = (id: string) =>
  eventually(
    async () => (await db.sql("select 1 from job where id = $1 and due_at > now()", [id])).length,
    (reserved) => reserved === 1,
    10_000,
  );
async function outcomes(id: string): Promise<string[]> {
  const [row] = await db.sql<{ history: { outcome: string }[] }>("select history from job where id = $1", [
    id,
  ]);
  return row!.history.map(({ outcome }) => outcome);
}

test("J7 a suspect has the worker for itself: a long job is set aside uncounted and goes on afterwards, a short one is waited for", async () => {
  const [long, short] = [await add("long", 60_000), await add("short", 600)];
  start({ patienceMs: 1_500 });
  void slots.work();
  void slots.work();
  await untilRunning("long", "short");
  const suspects = [await addSuspect("suspect 1", 300), await addSuspect("suspect 2", 300)];
  for (const id of suspects) await untilDone(id);
  await untilRunning("long");
  expect(company).toEqual({ long: ["short"], short: ["long"] });
  expect(await jobState(db.database, short)).toMatchObject({ state: "SUCCEEDED", attempts: 1 });
  expect(await jobState(db.database, long)).toMatchObject({ state: "ACTIVE", attempts: 1, crashes: 0 });
  expect(await outcomes(long)).toEqual(["GIVEN_BACK"]);
}, 60_000);

test("J7 a suspect that goes on and on gets company, but not that of another suspect", async () => {
  start({ aloneMs: 800 });
  const long = await addSuspect("suspect long", 4_000);
  await untilRunning("suspect long");
  const other = await addSuspect("suspect other", 10);
  const beside = await add("beside", 10);
  void slots.work();
  await sleep(300);
  // Still alone.
  expect(await jobState(db.database, beside)).toMatchObject({ state: "WAITING", attempts: 0 });
  await untilDone(beside);
  expect(running).toEqual(["suspect long"]);
  await untilDone(long);
  await untilDone(other);
  expect(company).toEqual({ "suspect long": ["beside"], beside: ["suspect long"] });
}, 60_000);

test("J7 where no room can be made the suspect waits, untouched, and the others go on", async () => {
  start({ patienceMs: 200 });
  await add("deaf", 9_000);
  void slots.work();
  await untilRunning("deaf");
  const suspect = await addSuspect("suspect", 10);
  await untilReserved(suspect);
  await sleep(5_800); // patience, and time to end
  const beside = await add("beside", 10);
  await slots.work();
  expect(await jobState(db.database, beside)).toMatchObject({ state: "SUCCEEDED" });
  expect(running).toEqual(["deaf"]);
  expect(await jobState(db.database, suspect as never)).toEqual({
    state: "WAITING",
    attempts: 1,
    crashes: 1,
    error: null,
  });
}, 60_000);

test("J7 a queue that is paused while room is made for its suspect starts it after the pause only", async () => {
  start({ patienceMs: 6_000 });
  const last = await add("last", 3_000);
  void slots.work();
  await untilRunning("last");
  const suspect = await addSuspect("suspect", 10);
  await untilReserved(suspect);
  await db.sql("update queue_setting set paused_at = now() where queue = 'campaigns'");
  try {
    await untilDone(last);
    await sleep(1_500);
    expect(await jobState(db.database, suspect as never)).toMatchObject({ state: "WAITING", attempts: 1 });
  } finally {
    await db.sql("update queue_setting set paused_at = null");
  }
  // As if the reservation had lapsed.
  await db.sql("update job set due_at = now() where id = $1", [suspect]);
  await untilDone(suspect);
}, 60_000);

test("J12 a worker makes no room for suspects of a newer version, neither of the type nor of the payload", async () => {
  const newer = [
    await enqueue(db.database, novelty, { label: "suspect new type" }),
    await addSuspect("suspect new payload", 10),
  ];
  await db.sql("update job set crashes = 1, attempts = 1");
  await db.sql("update job set payload_version = 2 where id = $1", [newer[1]]);
  const rows = () => db.sql("select * from job where id = any($1) order by id", [newer]);
  const before = await rows();
  start({});
  const known = await addSuspect("suspect", 10);
  await untilDone(known);
  await sleep(2_500); // two more looks
  expect(await rows()).toEqual(before);
}, 60_000);

test("J7 a suspect that has had its turn is set aside, uncounted, for the next, and goes on afterwards", async () => {
  start({ aloneMs: 800, patienceMs: 300 });
  const long = await addSuspect("suspect long", 60_000);
  await untilRunning("suspect long");
  await untilDone(await addSuspect("suspect next", 10));
  await untilRunning("suspect long");
  expect(company).toEqual({});
  expect(await jobState(db.database, long as never)).toMatchObject({
    state: "ACTIVE",
    attempts: 2,
    crashes: 1,
  });
  expect(await outcomes(long)).toEqual(["GIVEN_BACK"]);
}, 60_000);

test("J7 suspects that are set aside for each other and have no checkpoint come to their ends", async () => {
  start({ aloneMs: 800, patienceMs: 100 });
  // A turn lasts for two seconds at first, until somebody looks.
  const ids = [await addSuspect("suspect 1", 3_500), await addSuspect("suspect 2", 3_500)];
  for (const id of ids) await untilDone(id);
  expect(company).toEqual({});
  for (const id of ids)
    expect(await jobState(db.database, id as never)).toMatchObject({ attempts: 2, crashes: 1 });
  expect((await Promise.all(ids.map(outcomes))).flat()).toContain("GIVEN_BACK");
}, 60_000);
