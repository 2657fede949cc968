import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { inUtc, scheduleFault, type MissedRuns } from "#domain/jobs/schedule.js";
import { createLogger } from "#platform/logger.js";
import { dueOccurrences, occurrences, scheduled, type ScheduledTask } from "#worker/scheduled-task.js";
import { SCHEDULE } from "#worker/schedule.js";
import { createTicker } from "#worker/tick.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { everySecond } from "../support/jobs.js";
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
  await db.sql("delete from schedule_setting");
});

const at = (text: string) => new Date(`2026-03-29T${text}Z`);
const ticker = (tasks: readonly ScheduledTask[]) =>
  createTicker({ database: db.database, tasks, workerId: newId(), log });

test("occurrences are later than the one before and not later than now, in UTC also when clocks change", () => {
  // Central Europe has no 02:00–03:00 on this day; UTC has.
  const hourly = inUtc("0 * * * *");
  expect(occurrences(hourly, at("00:00:00"), at("03:00:00"))).toEqual([
    at("01:00:00"),
    at("02:00:00"),
    at("03:00:00"),
  ]);
  expect(occurrences(hourly, at("00:59:59.999"), at("01:00:00"))).toEqual([at("01:00:00")]);
  expect(occurrences(hourly, at("01:00:00"), at("01:59:59.999"))).toEqual([]);
});

test("J9 in a zone a day has one occurrence, also where its hour is left out or comes twice", () => {
  const nightly = { pattern: "30 2 * * *", timezone: "Europe/Berlin", missedRuns: "ALL" } as const;
  const between = (from: string, to: string) =>
    occurrences(nightly, new Date(from), new Date(to)).map((each) => each.toISOString());
  // 02:30 does not exist on 29 March: the clocks go from 02:00 to 03:00.
  expect(between("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")).toEqual([
    "2026-03-29T01:00:00.000Z",
    "2026-03-30T00:30:00.000Z",
  ]);
  // It comes twice on 25 October: at 00:30 and at 01:30 UTC.
  expect(between("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual([
    "2026-10-25T00:30:00.000Z",
    "2026-10-26T01:30:00.000Z",
  ]);
});

test("after a long silence the newest 60 occurrences will do", () => {
  const found = occurrences(inUtc("* * * * *"), at("00:00:00"), at("10:00:00"));
  expect(found.length).toBe(60);
  expect(found.at(-1)).toEqual(at("10:00:00"));
});

test("of times that were missed the newest is made up for, each is, or none: as the schedule says", () => {
  const due = (missedRuns: MissedRuns, now: string) =>
    dueOccurrences(inUtc("*/10 * * * *", missedRuns), at("00:00:00"), at(now));
  const missed = (time: string) => ({ fireAt: at(time), cause: "MISSED" });
  const inTime = (time: string) => ({ fireAt: at(time), cause: "SCHEDULE" });
  expect(due("LAST", "00:25:00")).toEqual([missed("00:20:00")]);
  expect(due("ALL", "00:25:00")).toEqual([missed("00:10:00"), missed("00:20:00")]);
  expect(due("SKIP", "00:25:00")).toEqual([]);
  // Where one is in time, those before it need not be made up for.
  expect(due("LAST", "00:20:30")).toEqual([inTime("00:20:00")]);
  expect(due("ALL", "00:20:30")).toEqual([missed("00:10:00"), inTime("00:20:00")]);
  expect(due("SKIP", "00:20:30")).toEqual([inTime("00:20:00")]);
});

test("what cannot be followed is refused with the field and the rule", () => {
  const fault = (pattern: string, timezone = "UTC") => scheduleFault({ pattern, timezone });
  expect(fault("0 3 * * *", "Europe/Berlin")).toBeNull();
  expect(fault("0 3 * * *", "Mars/Olympus")?.field).toBe("timezone");
  expect(fault("* * * * * *")).toEqual({
    field: "pattern",
    message: "Five fields: minute, hour, day, month, weekday.",
  });
  expect(fault("0 0 30 2 *")).toEqual({ field: "pattern", message: "This pattern never fires." });
  expect(fault("61 * * * *")?.field).toBe("pattern");
});

const HOURS_OFF = [-2, -1, 0, 1, 2];

test("J9 five processes with clocks an hour apart claim every occurrence once, and add one job for each", async () => {
  const processes = HOURS_OFF.map((hours) =>
    tickerProcess.run({ DATABASE_URL: db.url, CLOCK_OFFSET_MS: String(hours * 3_600_000) }),
  );
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
    ...scheduled(everySecond, everySecond.schedule!),
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
  const own = ticker([scheduled(tick, tick.schedule!)]);
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
  const hourly = scheduled(everySecond, inUtc("0 * * * *"));
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

test("what was missed is made up for also when somebody has run the task by hand just before", async () => {
  const hourly = scheduled(everySecond, inUtc("0 * * * *", "ALL"));
  await db.sql(
    `insert into schedule_run (task, fire_at, claimed_by, cause) values
       ($1, date_trunc('hour', now()) - interval '3 hours', $2, 'SCHEDULE'), ($1, now(), $2, 'NOW')`,
    [everySecond.type, newId()],
  );
  await ticker([hourly]).look();
  expect(
    await db.sql(
      `select extract(epoch from date_trunc('hour', now()) - fire_at)::int / 3600 as ago from schedule_run
       where cause <> 'NOW' order by fire_at`,
    ),
  ).toEqual([{ ago: 3 }, { ago: 2 }, { ago: 1 }, { ago: 0 }]);
  expect((await db.sql("select 1 from job")).length).toBe(3);
});

test("an administrator's pattern is followed at the next look; a paused schedule adds nothing, nor makes up for it", async () => {
  const own = ticker([scheduled(everySecond, inUtc("0 0 1 1 *"))]);
  await own.look();
  const runs = async () => (await db.sql("select 1 from schedule_run")).length;
  expect(await runs()).toBe(0);
  await db.sql("insert into schedule_setting (task, pattern) values ($1, '* * * * * *')", [everySecond.type]);
  const looked = () => own.look().then(runs);
  await eventually(looked, (n) => n >= 2);
  await db.sql("update schedule_setting set paused_at = now()");
  await own.look();
  const before = await runs();
  await sleep(2_100);
  expect(await looked()).toBe(before);
  await db.sql("update schedule_setting set paused_at = null");
  await eventually(looked, (n) => n > before);
  const gaps = await db.sql<{ gap: number }>(
    "select extract(epoch from max(gap))::int as gap from (select fire_at - lag(fire_at) over (order by fire_at) as gap from schedule_run) g",
  );
  expect(gaps[0]!.gap).toBeGreaterThanOrEqual(2);
});

test("a worker that starts makes up for nothing from before the schedule was resumed or changed", async () => {
  const hourly = scheduled(everySecond, inUtc("0 * * * *", "ALL"));
  await db.sql(
    "insert into schedule_run (task, fire_at, claimed_by) values ($1, date_trunc('hour', now()) - interval '5 hours', $2)",
    [everySecond.type, newId()],
  );
  await db.sql(
    "insert into schedule_setting (task, effective_from) values ($1, date_trunc('hour', now()) - interval '90 minutes')",
    [everySecond.type],
  );
  await ticker([hourly]).look();
  expect(
    await db.sql(
      "select extract(epoch from date_trunc('hour', now()) - fire_at)::int / 3600 as ago from schedule_run order by fire_at",
    ),
  ).toEqual([{ ago: 5 }, { ago: 1 }, { ago: 0 }]);
  expect((await db.sql("select 1 from job")).length).toBe(2);
});

test("a worker that runs does not follow a new pattern for the time before it", async () => {
  const own = ticker([scheduled(everySecond, inUtc("0 0 1 1 *", "ALL"))]);
  await own.look();
  await sleep(2_100);
  await db.sql(
    "insert into schedule_setting (task, pattern, effective_from) values ($1, '* * * * * *', now())",
    [everySecond.type],
  );
  await eventually(
    async () => {
      await own.look();
      return (await db.sql("select 1 from schedule_run")).length;
    },
    (n) => n >= 1,
  );
  expect(
    await db.sql("select 1 from schedule_run where fire_at <= (select effective_from from schedule_setting)"),
  ).toEqual([]);
});

test("the schedule has no task twice", () => {
  const names = SCHEDULE.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
