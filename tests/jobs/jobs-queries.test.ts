import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newId, type Id } from "#domain/ids.js";
import { claimJobs, claimSuspect, reserveSuspect, type ClaimedJob } from "#domain/jobs/claim.queries.js";
import { GIVEN_BACK } from "#domain/jobs/ending.js";
import { QUEUE_NAMES } from "#domain/jobs/queue-names.js";
import { nextDueIn, takeJobsToRing } from "#domain/jobs/relay.queries.js";
import { closeJobs, extendLease, returnJob, storeProgress, type Closing } from "#domain/jobs/run.queries.js";
import { sweepLeases } from "#domain/jobs/sweep.queries.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { asOperator, chore, enqueue, jobState } from "../support/jobs.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 10 });
});
afterAll(() => db.close());
afterEach(() => db.sql("delete from job"));

const LEASES = { [chore.type]: 60 };
/** Of payloads. */
const VERSIONS = { [chore.type]: 1 };
const workerId = newId();
const CLAIMER = { workerId, leaseSecondsByType: LEASES };
const claim = async () => (await claimJobs(db.database, "campaigns", [newId()], CLAIMER))[0] ?? null;
const SUCCEEDED = { state: "SUCCEEDED", error: null } as const;
async function claimed(): Promise<ClaimedJob> {
  const job = await claim();
  if (!job) throw new Error("nothing is due");
  return job;
}
const suspected = (id: Id) => claimSuspect(db.database, id, newId(), CLAIMER);
const close = async (lease: ClaimedJob, ending: Omit<Closing, "lease">) =>
  (await closeJobs(db.database, [{ lease, ...ending }]))[0] !== null;
const expire = (id: string) =>
  db.sql("update job set lease_until = now() - interval '1 s' where id = $1", [id]);

test("a claim takes the oldest due job, counts the attempt before the work and leases it by the database's clock", async () => {
  const tenantId = await makeTenant(db.database);
  const id = await enqueue(db.database, chore, { name: "first", ms: 0 }, { tenantId });
  await enqueue(db.database, chore, { name: "second", ms: 0 });
  const job = await claimed();
  expect(job).toMatchObject({
    id,
    tenantId,
    type: "campaigns.chore",
    queue: "campaigns",
    payload: { name: "first", ms: 0 },
    attempts: 1,
    maxAttempts: 3,
    leaseSeconds: 60,
  });
  const [row] = await db.sql<{ state: string; left: number }>(
    "select state, extract(epoch from lease_until - now())::float8 as left from job where id = $1",
    [id],
  );
  expect(row?.state).toBe("ACTIVE");
  expect(row?.left).toBeGreaterThan(59);
  expect(row?.left).toBeLessThanOrEqual(60);
});

test("J8 a hundred claims at once give ten jobs to ten claimers and nothing to the rest", async () => {
  for (let n = 0; n < 10; n += 1) await enqueue(db.database, chore, { name: String(n), ms: 0 });
  const claims = await Promise.all(Array.from({ length: 100 }, claim));
  const ids = claims.flatMap((job) => (job ? [job.id] : []));
  expect(ids.length).toBe(10);
  expect(new Set(ids).size).toBe(10);
});

test("a job that is due later is neither claimed nor rung for, whatever the clock of the worker says", async () => {
  await enqueue(db.database, chore, { name: "later", ms: 0 }, { dueAt: new Date(Date.now() + 60_000) });
  expect(await claim()).toBeNull();
  expect(await takeJobsToRing(db.database, QUEUE_NAMES, 10)).toEqual([]);
  const dueIn = await nextDueIn(db.database);
  expect(dueIn).toBeGreaterThan(55);
  expect(dueIn).toBeLessThanOrEqual(60);
});

test("J8 the same key adds one job", async () => {
  const add = () => asOperator(db.database, (op) => op.enqueue(chore, { name: "once", ms: 0 }, { key: "k" }));
  const ids = await Promise.all(Array.from({ length: 8 }, add));
  expect(ids.filter((id) => id !== null).length).toBe(1);
  expect(await db.sql("select count(*) as n from job")).toEqual([{ n: 1 }]);
});

test("J10 a run that was overtaken changes nothing: its extension, progress, end and return match no row", async () => {
  const id = await enqueue(db.database, chore, { name: "slow", ms: 0 });
  const first = await claimed();
  await expire(id);
  await sweepLeases(db.database);
  const second = (await suspected(id))!;
  const before = await db.sql("select * from job");
  expect(await extendLease(db.database, first, 60)).toBe(false);
  expect(await storeProgress(db.database, first, { rows: 1 })).toBe(false);
  expect(await close(first, SUCCEEDED)).toBe(false);
  expect(await returnJob(db.database, first, { seconds: 0, outcome: "RETRIED", error: "late" })).toBe(false);
  expect(await db.sql("select * from job")).toEqual(before);
  expect(await storeProgress(db.database, second, { rows: 2 })).toBe(true);
  expect(await close(second, SUCCEEDED)).toBe(true);
  expect(await jobState(db.database, id)).toEqual({
    state: "SUCCEEDED",
    attempts: 2,
    crashes: 1,
    error: null,
  });
});

test("F3 a job whose lease runs out three times is quarantined, and says what to do", async () => {
  const id = await enqueue(db.database, chore, { name: "poison", ms: 0 });
  for (const crashes of [1, 2]) {
    if (crashes === 1) await claimed();
    else await suspected(id);
    await expire(id);
    expect(await sweepLeases(db.database)).toMatchObject([
      { id, type: chore.type, state: "WAITING", crashes },
    ]);
  }
  await suspected(id);
  await expire(id);
  expect(await sweepLeases(db.database)).toMatchObject([
    { id, type: chore.type, state: "FAILED", crashes: 3 },
  ]);
  expect(await claim()).toBeNull();
  expect((await jobState(db.database, id)).error).toBe(
    "Quarantined: its worker ended or fell silent 3 times while it ran. See the log of the worker, then retry or discard it.",
  );
});

test("J7 a suspect is no ordinary job: it is claimed by whoever has reserved it, once, and not while its queue is paused", async () => {
  const id = await enqueue(db.database, chore, { name: "suspect", ms: 0 });
  await claimed();
  await expire(id);
  await sweepLeases(db.database);
  const beside = await enqueue(db.database, chore, { name: "beside", ms: 0 });
  expect(await claimed()).toMatchObject({ id: beside, isSuspect: false });
  expect(await claim()).toBeNull();
  const reserve = () => reserveSuspect(db.database, ["campaigns"], 30, VERSIONS);
  expect(await reserveSuspect(db.database, ["emails", "analytics"], 30, VERSIONS)).toBeNull();
  for (const older of [{}, { [chore.type]: 0 }])
    expect(await reserveSuspect(db.database, ["campaigns"], 30, older)).toBeNull();
  await db.sql("update queue_setting set paused_at = now() where queue = 'campaigns'");
  expect(await reserve()).toBeNull();
  await db.sql("update queue_setting set paused_at = null");
  const reserved = await Promise.all(Array.from({ length: 20 }, reserve));
  expect(reserved.filter((found) => found !== null)).toEqual([{ id, queue: "campaigns" }]);
  await db.sql("update queue_setting set paused_at = now() where queue = 'campaigns'");
  expect(await suspected(id)).toBeNull();
  await db.sql("update queue_setting set paused_at = null");
  const claims = await Promise.all(Array.from({ length: 20 }, () => suspected(id)));
  expect(claims.flatMap((job) => job ?? [])).toMatchObject([
    { id, attempts: 2, isSuspect: true, leaseSeconds: 60 },
  ]);
  // Whoever has reserved it and died does not keep it.
  await db.sql("update job set state = 'WAITING', due_at = now() - interval '1 s' where id = $1", [id]);
  expect(await reserve()).toEqual({ id, queue: "campaigns" });
});

test("J7 of suspects the urgent one is reserved first, however long others have waited; then whoever was due first", async () => {
  const ids: Id[] = [];
  for (const name of ["second", "third", "urgent"])
    ids.push(await enqueue(db.database, chore, { name, ms: 0 }));
  const [second, third, urgent] = ids;
  await db.sql(
    `update job set crashes = 1, priority = case when id = $1 then 0 else 1 end,
       due_at = now() - make_interval(secs => case id when $1 then 1 when $2 then 2 else 3 end)`,
    [urgent, third],
  );
  for (const id of [urgent, second, third])
    expect(await reserveSuspect(db.database, ["campaigns"], 30, VERSIONS)).toEqual({
      id,
      queue: "campaigns",
    });
  expect(await reserveSuspect(db.database, ["campaigns"], 30, VERSIONS)).toBeNull();
});

test("JB-06 a job keeps what became of each of its runs, with the error and the worker", async () => {
  const id = await enqueue(db.database, chore, { name: "often", ms: 0 });
  await returnJob(db.database, await claimed(), { seconds: 0, outcome: "RETRIED", error: "busy" });
  await returnJob(db.database, await claimed(), GIVEN_BACK);
  await claimed();
  await expire(id);
  await sweepLeases(db.database);
  await close((await suspected(id))!, { state: "FAILED", error: "no 1" });
  const [row] = await db.sql<{ history: Record<string, unknown>[]; group: string }>(
    'select history, error_group as "group" from job where id = $1',
    [id],
  );
  expect(row!.history.map(({ attempt, outcome, error }) => ({ attempt, outcome, error }))).toEqual([
    { attempt: 1, outcome: "RETRIED", error: "busy" },
    { attempt: 2, outcome: "GIVEN_BACK", error: null },
    {
      attempt: 2,
      outcome: "CRASHED",
      error: "Its worker ended or fell silent while it ran; it is tried again.",
    },
    { attempt: 3, outcome: "FAILED", error: "no 1" },
  ]);
  expect(row!.history.every((entry) => entry.workerId === workerId && entry.by === null)).toBe(true);
  expect(row!.history.every((entry) => String(entry.startedAt) <= String(entry.endedAt))).toBe(true);
  expect(row!.group).toBe("no #");
});

test("a history keeps its newest hundred entries", async () => {
  await enqueue(db.database, chore, { name: "snoozes", ms: 0 });
  for (let n = 0; n < 103; n += 1)
    await returnJob(db.database, await claimed(), { seconds: 0, outcome: "SNOOZED", error: String(n) });
  const [row] = await db.sql<{ length: number; first: string }>(
    "select jsonb_array_length(history) as length, history -> 0 ->> 'error' as first from job",
  );
  expect(row).toEqual({ length: 100, first: "3" });
});

test("a lease that is kept alive is not swept", async () => {
  await enqueue(db.database, chore, { name: "alive", ms: 0 });
  const job = await claimed();
  await db.sql("update job set lease_until = now() + interval '50 ms'");
  expect(await extendLease(db.database, job, 60)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(await sweepLeases(db.database)).toEqual([]);
});

test("a job that is given back waits, due at once, with the attempt not counted", async () => {
  const id = await enqueue(db.database, chore, { name: "back", ms: 0 });
  const job = await claimed();
  await returnJob(db.database, job, GIVEN_BACK);
  expect(await jobState(db.database, id)).toEqual({ state: "WAITING", attempts: 0, crashes: 0, error: null });
  expect((await claimed()).id).toBe(id);
});

test("J3 a waiting job is rung for once, and again after five seconds without progress", async () => {
  const id = await enqueue(db.database, chore, { name: "ring", ms: 0 });
  const ring = () => takeJobsToRing(db.database, QUEUE_NAMES, 10);
  expect(await ring()).toEqual([{ id, queue: "campaigns" }]);
  expect(await ring()).toEqual([]);
  await db.sql("update job set rung_at = now() - interval '4.9 s'");
  expect(await ring()).toEqual([]);
  await db.sql("update job set rung_at = now() - interval '5.1 s'");
  expect(await ring()).toEqual([{ id, queue: "campaigns" }]);
});

test("of a long backlog only the oldest of each queue are rung for", async () => {
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, due_at)
     select gen_random_uuid(), 't', q, '{}', 1, now() - make_interval(secs => n)
     from unnest(array['emails', 'campaigns']) q, generate_series(1, 500) n`,
  );
  const rung = await takeJobsToRing(db.database, QUEUE_NAMES, 20);
  expect(rung.filter((job) => job.queue === "emails").length).toBe(20);
  expect(rung.filter((job) => job.queue === "campaigns").length).toBe(20);
  expect(await takeJobsToRing(db.database, QUEUE_NAMES, 20)).toEqual([]);
});

test("jobs that end at the same time are closed by one statement, each fenced by its own lease", async () => {
  for (const name of ["a", "b", "c"]) await enqueue(db.database, chore, { name, ms: 0 });
  const [a, b, c] = (await claimJobs(db.database, "campaigns", [newId(), newId(), newId()], CLAIMER)) as [
    ClaimedJob,
    ClaimedJob,
    ClaimedJob,
  ];
  await db.sql("update job set lease_owner = $2 where id = $1", [b.id, newId()]);
  const closings: Closing[] = [
    { lease: a, state: "SUCCEEDED", error: null },
    { lease: b, state: "SUCCEEDED", error: null },
    { lease: c, state: "FAILED", error: "no" },
  ];
  expect(await closeJobs(db.database, closings)).toEqual([[], null, []]);
  expect(await jobState(db.database, a.id)).toMatchObject({ state: "SUCCEEDED", error: null });
  expect(await jobState(db.database, b.id)).toMatchObject({ state: "ACTIVE" });
  expect(await jobState(db.database, c.id)).toMatchObject({ state: "FAILED", error: "no" });
  const histories = await db.sql<{ outcomes: string[] }>(
    "select jsonb_path_query_array(history, '$[*].outcome') as outcomes from job where id = any($1) order by id",
    [[a.id, b.id, c.id]],
  );
  const byId = new Map(
    [a, b, c]
      .map(({ id }) => id)
      .sort()
      .map((id, n) => [id, histories[n]!.outcomes]),
  );
  expect([a, b, c].map(({ id }) => byId.get(id))).toEqual([["SUCCEEDED"], [], ["FAILED"]]);
});
