import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { chore, enqueue, jobState, labelled, novelty } from "../support/jobs.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

let db: TestDatabase;
let fixture: Fixture;
let processes: FixtureProcess[] = [];
beforeAll(async () => {
  [db, fixture] = await Promise.all([freshDatabase(), buildFixture("versioned-worker")]);
  await db.sql("create table ran (name text, version int)");
});
afterAll(() => Promise.all([db.close(), fixture.remove()]));
beforeEach(async () => {
  await db.sql("delete from job");
  await db.sql("delete from ran");
});
afterEach(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(processes.map(({ exited }) => exited));
  processes = [];
});

async function launch(version: 1 | 2): Promise<void> {
  const worker = fixture.run({
    DATABASE_URL: db.url,
    REDIS_URL: inject("redisUrl"),
    VERSION: String(version),
  });
  processes.push(worker);
  await once(worker.child, "message");
}

interface Found {
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly due: boolean;
  readonly history: readonly { readonly outcome: string; readonly error: string | null }[];
}
const find = async (id: string) =>
  (
    await db.sql<Found>(
      "select state, attempts, error, due_at <= now() as due, history from job where id = $1",
      [id],
    )
  )[0]!;
const untilParked = (id: string) =>
  eventually(
    () => find(id),
    ({ state, due, history }) => state === "WAITING" && !due && history.length > 0,
    20_000,
  );
const makeDue = () => db.sql("update job set due_at = now(), rung_at = null where state = 'WAITING'");
const ran = () => db.sql<{ name: string; version: number }>("select name, version from ran order by name");

test("J12 an old worker leaves a newer payload and a newer type as they are, however often it meets them, and says so", async () => {
  await launch(1);
  const ids = [
    await enqueue(db.database, labelled, { label: "new payload" }),
    await enqueue(db.database, novelty, { label: "new type" }),
  ];
  const old = await enqueue(db.database, chore, { name: "old payload", ms: 0 });
  for (let meeting = 0; meeting < 5; meeting += 1) {
    for (const id of ids) await untilParked(id);
    await makeDue();
  }
  const [payload, type] = [await untilParked(ids[0]!), await untilParked(ids[1]!)];
  const readsOnly = "reads campaigns.chore up to version 1 only; a newer one takes it.";
  const knowsNot = "does not know campaigns.novelty; a newer one takes it.";
  for (const [found, why] of [[payload, readsOnly] as const, [type, knowsNot] as const]) {
    expect(found).toMatchObject({ state: "WAITING", attempts: 0 });
    expect(found.error).toContain(why);
    // Once, however often it was met.
    expect(found.history).toMatchObject([{ outcome: "PARKED", error: found.error }]);
  }
  await eventually(
    () => jobState(db.database, old),
    ({ state }) => state === "SUCCEEDED",
  );
  expect(await ran()).toEqual([{ name: "old payload", version: 1 }]);
}, 60_000);

test("J12 beside an old worker a new one does what is new, and what was queued before it came", async () => {
  await launch(1);
  const ids = [
    await enqueue(db.database, labelled, { label: "new payload" }),
    await enqueue(db.database, novelty, { label: "new type" }),
  ];
  for (const id of ids) await untilParked(id);
  await launch(2);
  const states = () => Promise.all(ids.map((id) => jobState(db.database, id)));
  // Whose turn it is is chance: as often as the old one takes it, it is put down again.
  await eventually(
    async () => {
      await makeDue();
      return states();
    },
    (found) => found.every(({ state }) => state === "SUCCEEDED"),
    60_000,
  );
  expect(await states()).toMatchObject([
    { attempts: 1, error: null },
    { attempts: 1, error: null },
  ]);
  expect(await ran()).toEqual([
    { name: "new payload", version: 2 },
    { name: "new type", version: 2 },
  ]);
}, 90_000);

test("J12 a new worker does what an old one has queued, in its own words", async () => {
  const id = await enqueue(db.database, chore, { name: "old payload", ms: 0 });
  await launch(2);
  await eventually(
    () => jobState(db.database, id),
    ({ state }) => state === "SUCCEEDED",
    20_000,
  );
  expect(await ran()).toEqual([{ name: "old payload", version: 2 }]);
});
