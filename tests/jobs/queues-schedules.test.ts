import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { JOB_CATALOGUE } from "../../domain/job-catalogue.js";
import { MOST_CONCURRENCY } from "../../domain/jobs/queue-settings.queries.js";
import { checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { LATE, makeJob, mutate } from "./jobs-support.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.db.sql("delete from job");
  await api.db.sql("delete from schedule_run");
  await api.db.sql("delete from schedule_setting");
  await api.db.sql("delete from worker_heartbeat");
  await api.db.sql(
    "update queue_setting set paused_at = null, paused_by = null, concurrency = null, lanes = null, version = 1",
  );
});

type Fields = Readonly<Record<string, unknown>>;
const QUEUE = `name waiting delayed active failed cancelled discarded succeeded paused pausedBy oldestWaitingSeconds
  concurrency lanes capacity busy failureRate p95RunMs version throughput { at succeeded failed }`;
const queues = async (): Promise<Fields[]> => {
  const answer = await (await api.as("ADMIN")).ask<{ queues: Fields[] }>(`{ queues { ${QUEUE} } }`);
  if (!answer.data) throw new Error(answer.text);
  return answer.data.queues;
};
const onQueue = (name: string, call: string) =>
  mutate<{ queue: Fields }>(
    api.as("ADMIN"),
    call,
    `... on ${name}Success { queue { name paused pausedBy concurrency lanes version } } ${LATE}`,
  );
const SCHEDULE = `name queue description pattern timezone missedRuns isChanged paused pausedBy nextRunAt version
  recentRuns { fireAt cause jobId state durationMs }`;
const onSchedule = (name: string, call: string, more = "") =>
  mutate<{ schedule: Fields; jobId: string }>(
    api.as("ADMIN"),
    call,
    `... on ${name}Success { schedule { ${SCHEDULE} } ${more} } ${LATE}`,
  );
const lastEvent = async () => {
  const rows = await api.db.sql<Fields>(
    "select action, targets, changes from event order by id desc limit 1",
  );
  return rows[0]!;
};

test("JB-01 a queue tells what waits, runs and ended, its pace, its faults and its places", async () => {
  const [worker, dead] = [randomUUID(), randomUUID()];
  const beat = (id: string, at: number) =>
    api.db.sql(
      `insert into worker_heartbeat (id, host, pid, version, queues, lanes, busy_lanes, at)
       values ($1, 'box', 1, '1', '{emails,campaigns}', 14, 4, now() + make_interval(secs => $2))`,
      [id, at],
    );
  await beat(worker, -1);
  await beat(dead, -20);
  const emails = (facts: object) => makeJob(api, { queue: "emails", type: "emails.sendStep", ...facts });
  await emails({ state: "WAITING", dueIn: -30 });
  await emails({ state: "WAITING", dueIn: -5 });
  await emails({ state: "WAITING", dueIn: 500 });
  await emails({ state: "ACTIVE", workerId: worker, startedIn: -1 });
  await emails({ state: "ACTIVE", workerId: dead, startedIn: -1 });
  await emails({ state: "CANCELLED" });
  await emails({ state: "DISCARDED" });
  for (const seconds of [1, 2, 3])
    await emails({ state: "SUCCEEDED", startedIn: -60 - seconds, finishedIn: -60 });
  await emails({ state: "SUCCEEDED", startedIn: -7300, finishedIn: -7200 });
  await emails({ state: "SUCCEEDED", startedIn: -90_010, finishedIn: -90_000 });
  await emails({ state: "FAILED", startedIn: -64, finishedIn: -60 });
  // Of all organisations together.
  await emails({ state: "FAILED", finishedIn: -90_000, tenantId: await makeTenant(api.db.database) });
  const [first, second, third] = await queues();
  expect(first).toMatchObject({
    name: "emails",
    waiting: 2,
    delayed: 1,
    active: 2,
    failed: 2,
    cancelled: 1,
    discarded: 1,
    succeeded: 4,
    paused: false,
    pausedBy: null,
    concurrency: 2,
    lanes: 8,
    // Two for jobs and eight lanes of the worker that lives; one job and the three other busy places are mails.
    capacity: 10,
    busy: 4,
    failureRate: 0.25,
    version: 1,
  });
  expect(first!["oldestWaitingSeconds"]).toBeGreaterThan(29);
  expect(first!["oldestWaitingSeconds"]).toBeLessThan(60);
  // Of 1, 2, 3 and 4 s.
  expect(first!["p95RunMs"]).toBeCloseTo(3850, 3);
  const ticks = first!["throughput"] as { at: string; succeeded: number; failed: number }[];
  expect(ticks).toHaveLength(30);
  const gaps = ticks.slice(1).map(({ at }, index) => Date.parse(at) - Date.parse(ticks[index]!.at));
  expect(new Set(gaps)).toEqual(new Set([10_000]));
  expect(ticks.filter(({ succeeded }) => succeeded > 0)).toEqual([
    { at: expect.any(String), succeeded: 3, failed: 1 },
  ]);
  expect(second).toMatchObject({
    name: "campaigns",
    waiting: 0,
    capacity: 4,
    busy: 0,
    lanes: null,
    p95RunMs: null,
  });
  expect(second).toMatchObject({ oldestWaitingSeconds: null, failureRate: 0 });
  expect(third).toMatchObject({ name: "analytics", capacity: 0, busy: 0 });
});

test("JB-11 a queue is paused once and resumed once, and both are on record with who did it", async () => {
  const paused = await onQueue("PauseQueue", 'pauseQueue(name: "emails")');
  expect(paused.queue).toMatchObject({ paused: true, pausedBy: api.people.ADMIN.email, version: 2 });
  expect(await lastEvent()).toEqual({
    action: "queue.paused_or_resumed",
    targets: [{ type: "queue", id: "emails" }],
    changes: [{ field: "paused", before: false, after: true }],
  });
  const before = await checksumBesideRefusals(api.db);
  expect((await onQueue("PauseQueue", 'pauseQueue(name: "emails")')).queue["version"]).toBe(2);
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  expect((await queues()).map(({ name, paused }) => [name, paused])).toEqual([
    ["emails", true],
    ["campaigns", false],
    ["analytics", false],
  ]);
  const resumed = await onQueue("ResumeQueue", 'resumeQueue(name: "emails")');
  expect(resumed.queue).toMatchObject({ paused: false, pausedBy: null, version: 3 });
});

test("who paused it is told to their own organisation only", async () => {
  await onQueue("PauseQueue", 'pauseQueue(name: "emails")');
  const other = await makeUser(api.db.database, { tenantId: await makeTenant(api.db.database) });
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(other)}`);
  const { data } = await speaker.ask<{ queues: Fields[] }>("{ queues { paused pausedBy } }");
  expect(data!.queues[0]).toEqual({ paused: true, pausedBy: null });
});

test("a queue's places are set, what is left out stays, and an edit that comes too late is refused", async () => {
  const update = (input: string) =>
    onQueue("UpdateQueue", `updateQueue(input: { name: "emails", ${input} })`);
  expect((await update("concurrency: 3, expectedVersion: 1")).queue).toMatchObject({
    concurrency: 3,
    version: 2,
  });
  expect((await update(`lanes: ${MOST_CONCURRENCY}`)).queue).toMatchObject({
    concurrency: 3,
    lanes: 64,
    version: 3,
  });
  expect(await lastEvent()).toEqual({
    action: "settings.updated",
    targets: [{ type: "queue", id: "emails" }],
    changes: [{ field: "lanes", before: null, after: 64 }],
  });
  const before = await checksumBesideRefusals(api.db);
  expect(await update("lanes: 2, expectedVersion: 2")).toMatchObject({
    __typename: "Conflict",
    path: ["expectedVersion"],
    expectedVersion: 2,
    currentVersion: 3,
  });
  expect((await update("lanes: 64")).queue["version"]).toBe(3);
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test.each([
  ['updateQueue(input: { name: "emails", concurrency: 0 })', ["concurrency"], "min_value", "0"],
  ['updateQueue(input: { name: "emails", concurrency: 65 })', ["concurrency"], "max_value", "65"],
  ['updateQueue(input: { name: "analytics", lanes: 4 })', ["lanes"], "queue", "4"],
  ['updateQueue(input: { name: "mail", lanes: 4 })', ["name"], "picklist", "mail"],
  ['pauseQueue(name: "mail")', ["name"], "picklist", "mail"],
  ['runScheduleNow(name: "emails.sendStep")', ["name"], "picklist", "emails.sendStep"],
  ['pauseSchedule(name: "")', ["name"], "picklist", ""],
  [
    'updateSchedule(input: { name: "analytics.cleanup", pattern: "* * * *" })',
    ["pattern"],
    "schedule",
    "* * * *",
  ],
  [
    'updateSchedule(input: { name: "analytics.cleanup", pattern: "0 0 0 * * *" })',
    ["pattern"],
    "schedule",
    "0 0 0 * * *",
  ],
  [
    'updateSchedule(input: { name: "analytics.cleanup", pattern: "61 * * * *" })',
    ["pattern"],
    "schedule",
    "61 * * * *",
  ],
  [
    'updateSchedule(input: { name: "analytics.cleanup", pattern: "0 0 30 2 *" })',
    ["pattern"],
    "schedule",
    "0 0 30 2 *",
  ],
  [
    'updateSchedule(input: { name: "analytics.cleanup", timezone: "Mars/Base" })',
    ["timezone"],
    "schedule",
    "Mars/Base",
  ],
])("%s is refused, naming field, rule and value, and changes nothing", async (call, path, rule, value) => {
  const before = await checksumBesideRefusals(api.db);
  expect(await mutate(api.as("ADMIN"), call, "")).toMatchObject({
    __typename: "InvalidInput",
    code: "BAD_USER_INPUT",
    issues: [{ path, rule, value }],
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("JB-11 a schedule is paused, changed, and taken back to what the product has", async () => {
  const product = JOB_CATALOGUE.find(({ type }) => type === "analytics.cleanup")!.schedule!;
  const paused = await onSchedule("PauseSchedule", 'pauseSchedule(name: "analytics.cleanup")');
  expect(paused.schedule).toMatchObject({
    paused: true,
    pausedBy: api.people.ADMIN.email,
    nextRunAt: null,
    version: 2,
  });
  const resumed = await onSchedule("ResumeSchedule", 'resumeSchedule(name: "analytics.cleanup")');
  expect(resumed.schedule).toMatchObject({ paused: false, isChanged: false, version: 3, ...product });
  expect(Date.parse(resumed.schedule["nextRunAt"] as string)).toBeGreaterThan(Date.now());

  const update = (input: string) =>
    onSchedule("UpdateSchedule", `updateSchedule(input: { name: "analytics.cleanup", ${input} })`);
  const changed = await update('pattern: "30 4 * * *", timezone: "Europe/Berlin", expectedVersion: 3');
  expect(changed.schedule).toMatchObject({
    description: "At 04:30",
    pattern: "30 4 * * *",
    timezone: "Europe/Berlin",
    missedRuns: product.missedRuns,
    isChanged: true,
    version: 4,
  });
  expect(await lastEvent()).toEqual({
    action: "settings.updated",
    targets: [{ type: "schedule", id: "analytics.cleanup" }],
    changes: [
      { field: "pattern", before: product.pattern, after: "30 4 * * *" },
      { field: "timezone", before: product.timezone, after: "Europe/Berlin" },
    ],
  });
  expect(await update("missedRuns: SKIP, expectedVersion: 3")).toMatchObject({
    __typename: "Conflict",
    currentVersion: 4,
  });
  expect((await update("reset: true")).schedule).toMatchObject({ isChanged: false, version: 5, ...product });
  const [stored] = await api.db.sql("select pattern, timezone, missed_runs from schedule_setting");
  expect(stored).toEqual({ pattern: null, timezone: null, missed_runs: null });
});

test("from when on a schedule's times count is stored when it is resumed and when they change, else not", async () => {
  const countsSince = async (call: string) => {
    const began = (await api.db.sql<{ now: Date }>("select now()"))[0]!.now;
    const answer = await mutate(api.as("ADMIN"), call, "");
    expect(answer).toMatchObject({ __typename: expect.stringMatching(/Success$/) });
    const [stored] = await api.db.sql<{ is: string }>(
      `select case when effective_from is null then 'never' when effective_from >= $1 then 'now' else 'before' end as is
       from schedule_setting`,
      [began],
    );
    return stored!.is;
  };
  const name = 'name: "analytics.cleanup"';
  expect(await countsSince(`runScheduleNow(${name})`)).toBe("never");
  expect(await countsSince(`pauseSchedule(${name})`)).toBe("never");
  expect(await countsSince(`resumeSchedule(${name})`)).toBe("now");
  expect(await countsSince(`resumeSchedule(${name})`)).toBe("before");
  const update = (change: string) => countsSince(`updateSchedule(input: { ${name}, ${change} })`);
  expect(await update('pattern: "30 4 * * *"')).toBe("now");
  expect(await update("missedRuns: SKIP")).toBe("before");
  expect(await update('timezone: "Europe/Berlin"')).toBe("now");
  expect(await update("reset: true")).toBe("now");
  expect(await countsSince(`pauseSchedule(${name})`)).toBe("before");
});

test("JB-11 run now adds the product's own job at once; a tick that waits or runs is not added twice", async () => {
  const tick = await onSchedule("RunScheduleNow", 'runScheduleNow(name: "campaigns.releaseDue")', "jobId");
  expect(tick.schedule["recentRuns"]).toEqual([
    { fireAt: expect.any(String), cause: "NOW", jobId: tick.jobId, state: "WAITING", durationMs: null },
  ]);
  const [job] = await api.db.sql(
    `select tenant_id as tenant, type, state, due_at <= now() as "isDue", initiated_by as "by",
       payload = (select jsonb_build_object('fireAt', to_char(fire_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) from schedule_run) as "knowsWhen"
     from job where id = $1`,
    [tick.jobId],
  );
  expect(job).toEqual({
    tenant: null,
    type: "campaigns.releaseDue",
    state: "WAITING",
    isDue: true,
    by: api.people.ADMIN.userId,
    knowsWhen: true,
  });
  expect(await lastEvent()).toMatchObject({
    action: "schedule.run_now",
    targets: [
      { type: "schedule", id: "campaigns.releaseDue" },
      { type: "job", id: tick.jobId },
    ],
  });
  const before = await checksumBesideRefusals(api.db);
  expect(await onSchedule("RunScheduleNow", 'runScheduleNow(name: "campaigns.releaseDue")')).toMatchObject({
    __typename: "Conflict",
    path: ["name"],
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  await api.db.sql(
    "update job set state = 'SUCCEEDED', started_at = now() - interval '2 seconds', finished_at = now() where id = $1",
    [tick.jobId],
  );
  const again = await onSchedule("RunScheduleNow", 'runScheduleNow(name: "campaigns.releaseDue")', "jobId");
  expect(again.schedule["recentRuns"]).toMatchObject([
    { jobId: again.jobId, state: "WAITING" },
    { jobId: tick.jobId, state: "SUCCEEDED", durationMs: 2000 },
  ]);
});

test("of twenty who ask for a tick at the same moment one gets it", async () => {
  const ticks = await Promise.all(
    Array.from({ length: 20 }, () =>
      mutate(api.as("ADMIN"), 'runScheduleNow(name: "campaigns.releaseDue")', ""),
    ),
  );
  const kinds = ticks.map(({ __typename }) => __typename).toSorted();
  expect(kinds).toEqual([...Array<string>(19).fill("Conflict"), "RunScheduleNowSuccess"]);
  expect(await api.db.sql("select count(*)::int as n from job")).toEqual([{ n: 1 }]);
});

test("JB-01 every kind of job tells what it does, how it is tried again, and when", async () => {
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ jobTypes: Fields[] }>(
    "{ jobTypes { name queue description idempotency leaseSeconds policy { name attempts firstDelaySeconds factor capSeconds jitter description } schedule { name } } }",
  );
  expect(data!.jobTypes.map(({ name }) => name)).toEqual(JOB_CATALOGUE.map(({ type }) => type));
  expect(data!.jobTypes.find(({ name }) => name === "campaigns.importLeads")).toMatchObject({
    queue: "campaigns",
    policy: {
      name: "P3",
      attempts: 3,
      firstDelaySeconds: 60,
      factor: 2,
      capSeconds: 1800,
      jitter: 0.2,
      description: "Heavy work that goes on from its checkpoint.",
    },
    schedule: null,
  });
  const scheduled = JOB_CATALOGUE.filter(({ schedule }) => schedule).map(({ type }) => type);
  expect(data!.jobTypes.flatMap(({ schedule }) => (schedule ? [(schedule as Fields)["name"]] : []))).toEqual(
    scheduled,
  );
});
