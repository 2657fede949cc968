import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { createLogger } from "#platform/logger.js";
import { scheduled, type ScheduledTask } from "#worker/scheduled-task.js";
import { SCHEDULE } from "#worker/schedule.js";
import { createTicker, occurrences } from "#worker/tick.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { chore, everySecond } from "../support/jobs.js";
import { buildFixture, type Fixture } from "./fixtures/run-fixture.js";

const log = createLogger("test", "silent");
let db: TestDatabase;
let tickerProcess: Fixture;
beforeAll(async () => {
  [db, tickerProcess] = await Promise.all([freshDatabase(), buildFixture("ticker-process")]);
});
afterAll(() => Promise.all([db.close(), tickerProcess.remove()]));
afterEach(async () => {
  await db.sql("delete from job");
  await db.sql("delete from schedule_run");
});

const at = (text: string) => new Date(`2026-03-29T${text}Z`);
const ticker = (tasks: readonly ScheduledTask[]) =>
  createTicker({ database: db.database, tasks, workerId: newId(), log });

test("occurrences are later than the one before and not later than now, in UTC also when clocks change", () => {
  const hourly = scheduled("0 * * * *", everySecond);
  // Central Europe has no 02:00–03:00 on this day; UTC has.
  expect(occurrences(hourly, at("00:00:00"), at("03:00:00"))).toEqual([
    at("01:00:00"),
    at("02:00:00"),
    at("03:00:00"),
  ]);
  expect(occurrences(hourly, at("00:59:59.999"), at("01:00:00"))).toEqual([at("01:00:00")]);
  expect(occurrences(hourly, at("01:00:00"), at("01:59:59.999"))).toEqual([]);
});

test("after a long silence the newest 60 occurrences will do", () => {
  const everyMinute = scheduled("* * * * *", everySecond);
  const found = occurrences(everyMinute, at("00:00:00"), at("10:00:00"));
  expect(found.length).toBe(60);
  expect(found.at(-1)).toEqual(at("10:00:00"));
});

test("J9 five processes claim every occurrence once, and add one job for each", async () => {
  const processes = Array.from({ length: 5 }, () => tickerProcess.run({ DATABASE_URL: db.url }));
  try {
    await Promise.all(processes.map(({ child }) => once(child, "message")));
    const runs = () => db.sql<{ fire_at: string }>("select fire_at::text from schedule_run order by fire_at");
    await eventually(runs, (rows) => rows.length >= 4, 30_000);
  } finally {
    for (const { child } of processes) child.disconnect();
    await Promise.all(processes.map(({ exited }) => exited));
  }
  const runs = await db.sql<{ fire_at: string; gap: number | null }>(
    `select to_char(fire_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as fire_at,
       extract(epoch from fire_at - lag(fire_at) over (order by fire_at))::int as gap
     from schedule_run order by schedule_run.fire_at`,
  );
  // None is left out between the first and the last, and each has exactly one job.
  expect(runs.slice(1).every(({ gap }) => gap === 1)).toBe(true);
  const jobs = await db.sql<{ fire_at: string }>(
    "select payload ->> 'fireAt' as fire_at from job order by 1",
  );
  expect(jobs.map((job) => job.fire_at)).toEqual(runs.map((run) => run.fire_at));
}, 60_000);

test("J9 an occurrence without its job does not exist: when adding the job fails, the claim is gone too", async () => {
  const broken: ScheduledTask = {
    ...scheduled("* * * * * *", everySecond),
    enqueue: () => Promise.reject(new Error("no")),
  };
  const first = ticker([broken]);
  await first.look();
  await eventually(
    () =>
      first.look().then(
        () => "quiet",
        (error: Error) => error.message,
      ),
    (said) => said === "no",
  );
  expect(await db.sql("select * from schedule_run")).toEqual([]);
});

test("while a tick waits or runs, the next one adds nothing but is claimed", async () => {
  const tick = { ...everySecond, policy: "P0" as const };
  const own = ticker([scheduled("* * * * * *", tick)]);
  await own.look();
  const runs = () => db.sql("select 1 from schedule_run");
  await eventually(
    async () => {
      await own.look();
      return (await runs()).length;
    },
    (n) => n >= 3,
  );
  expect((await db.sql("select 1 from job")).length).toBe(1);
});

test("the last occurrence that passed while nobody was there is made up for, once; none at the very first start", async () => {
  const hourly = scheduled("0 * * * *", everySecond);
  await ticker([hourly]).look();
  expect(await db.sql("select 1 from schedule_run")).toEqual([]);
  await db.sql(
    "insert into schedule_run (task, fire_at, claimed_by) values ($1, date_trunc('hour', now()) - interval '5 hours', $2)",
    [everySecond.type, newId()],
  );
  await ticker([hourly]).look();
  await ticker([hourly]).look();
  expect(
    await db.sql(
      "select extract(epoch from date_trunc('hour', now()) - fire_at)::int / 3600 as ago from schedule_run order by fire_at",
    ),
  ).toEqual([{ ago: 5 }, { ago: 0 }]);
  expect((await db.sql("select 1 from job")).length).toBe(1);
});

test("a pattern that never fires is refused", () => {
  expect(() => scheduled("0 0 30 2 *", { ...chore, payload: everySecond.payload }).next(new Date())).toThrow(
    "campaigns.chore has the pattern 0 0 30 2 *, which never fires.",
  );
});

test("the schedule has no task twice", () => {
  const names = SCHEDULE.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
