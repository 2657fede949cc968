import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { forgetJobs, forgetScheduleRuns, forgetWorkers } from "#domain/jobs/retention.queries.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

test("jobs that ended are kept 7, 30 or 90 days by how they ended; what waits or runs stays however old it is", async () => {
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, state, finished_at, due_at)
     select gen_random_uuid(), state || ' ' || days, 'campaigns', '{}', 1, state,
       case when state in ('WAITING', 'ACTIVE') then null else now() - make_interval(days => days) + interval '1 minute' end,
       now() - make_interval(days => days)
     from unnest(array['SUCCEEDED', 'CANCELLED', 'DISCARDED', 'FAILED', 'WAITING', 'ACTIVE']) state, unnest(array[7, 8, 30, 31, 90, 91]) days`,
  );
  expect(await forgetJobs(db.database, 5)).toBe(5);
  expect(await forgetJobs(db.database, 100)).toBe(9);
  const left = await db.sql<{ type: string }>(
    "select type from job where state not in ('WAITING', 'ACTIVE') order by type",
  );
  expect(left.map(({ type }) => type)).toEqual([
    "CANCELLED 7",
    "DISCARDED 30",
    "DISCARDED 7",
    "DISCARDED 8",
    "FAILED 30",
    "FAILED 31",
    "FAILED 7",
    "FAILED 8",
    "FAILED 90",
    "SUCCEEDED 7",
  ]);
  expect(await db.sql("select from job where state in ('WAITING', 'ACTIVE')")).toHaveLength(12);
  expect(await forgetJobs(db.database, 100)).toBe(0);
});

test("of old runs of a schedule the newest stays: the next start tells by it what was missed", async () => {
  await db.sql(
    `insert into schedule_run (task, fire_at, claimed_by) select task, now() - make_interval(days => days), $1
     from unnest(array['rare', 'often']) task, unnest(array[29, 31, 40]) days where task = 'often' or days > 30`,
    [newId()],
  );
  expect(await forgetScheduleRuns(db.database, 100)).toBe(3);
  expect(
    await db.sql(
      "select task, round(extract(epoch from now() - fire_at) / 86400)::int as days from schedule_run order by task",
    ),
  ).toEqual([
    { task: "often", days: 29 },
    { task: "rare", days: 31 },
  ]);
});

test("runs that somebody started by hand go when they are old, and never make a schedule's own newest run go", async () => {
  await db.sql("delete from schedule_run");
  await db.sql(
    `insert into schedule_run (task, fire_at, claimed_by, cause) select 'rare', now() - make_interval(days => days), $1, cause
     from (values (45, 'SCHEDULE'), (40, 'MISSED'), (35, 'NOW'), (29, 'NOW')) run (days, cause)`,
    [newId()],
  );
  expect(await forgetScheduleRuns(db.database, 100)).toBe(2);
  expect(await db.sql("select cause from schedule_run order by fire_at")).toEqual([
    { cause: "MISSED" },
    { cause: "NOW" },
  ]);
});

test("a worker that has been silent for a day is forgotten", async () => {
  await db.sql(
    `insert into worker_heartbeat (id, host, pid, version, queues, lanes, at)
     select gen_random_uuid(), 'h', hours, '1', '{emails}', 1, now() - make_interval(hours => hours) from unnest(array[1, 23, 25]) hours`,
  );
  expect(await forgetWorkers(db.database, 100)).toBe(1);
  expect(await db.sql("select pid from worker_heartbeat order by pid")).toEqual([{ pid: 1 }, { pid: 23 }]);
});
