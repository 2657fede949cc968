import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newId, type Id } from "#domain/ids.js";
import { claimJobs } from "#domain/jobs/claim.queries.js";
import { takeJobsToRing } from "#domain/jobs/relay.queries.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { chore, enqueue } from "../support/jobs.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 10 });
});
afterAll(() => db.close());
afterEach(async () => {
  await db.sql("delete from job");
  await db.sql("update queue_setting set paused_at = null");
});

const claimUpTo = (count: number) =>
  claimJobs(
    db.database,
    "campaigns",
    Array.from({ length: count }, () => newId()),
    { workerId: newId(), leaseSecondsByType: { [chore.type]: 60 } },
  );
const claim = async () => (await claimUpTo(1))[0] ?? null;
const addMany = (tenantId: Id | null, count: number) =>
  db.sql(
    `insert into job (id, tenant_id, type, queue, payload, max_attempts, due_at)
     select gen_random_uuid(), $1, $2, 'campaigns', '{"name": "a"}', 3, now() - interval '1 hour' + n * interval '1 ms'
     from generate_series(1, $3::int) n`,
    [tenantId, chore.type, count],
  );

test("JB-09 J16 a tenant with 20,000 older jobs lets another's ten go by turns: each waits for one job at most", async () => {
  const [large, small] = [await makeTenant(db.database), await makeTenant(db.database)];
  await addMany(large, 20_000);
  for (let n = 0; n < 10; n += 1)
    await enqueue(db.database, chore, { name: "b", ms: 0 }, { tenantId: small });
  const served: (string | null)[] = [];
  for (let n = 0; n < 20; n += 1) served.push((await claim())?.tenantId ?? null);
  expect(served.filter((tenantId) => tenantId === small).length).toBe(10);
  // One after the other, so no two in a row of the same.
  expect(served.every((tenantId, index) => index === 0 || tenantId !== served[index - 1])).toBe(true);
});

test("JB-09 several claimed at once are shared out: each tenant its part, urgent jobs before the rest, nobody twice", async () => {
  const [large, small] = [await makeTenant(db.database), await makeTenant(db.database)];
  await addMany(large, 1_000);
  await addMany(small, 3);
  const urgent = await enqueue(
    db.database,
    { ...chore, isUrgent: true },
    { name: "u", ms: 0 },
    { tenantId: large },
  );
  const first = await claimUpTo(4);
  expect(first.filter(({ tenantId }) => tenantId === large).length).toBe(2);
  expect(first.filter(({ tenantId }) => tenantId === small).length).toBe(2);
  expect(first.map(({ id }) => id)).toContain(urgent);
  expect(new Set(first.map(({ leaseOwner }) => leaseOwner)).size).toBe(4);
  // The small one has but one left: its share is not filled, and the next look gives the places to the large one.
  expect((await claimUpTo(8)).length).toBe(5);
  expect((await claimUpTo(8)).map(({ tenantId }) => tenantId)).toEqual(Array(8).fill(large));
  expect(first.every(({ attempts }) => attempts === 1)).toBe(true);
});

test("what is the product's own takes its turn like a tenant", async () => {
  const tenantId = await makeTenant(db.database);
  await addMany(tenantId, 3);
  await addMany(null, 3);
  const served: (string | null)[] = [];
  for (let n = 0; n < 6; n += 1) served.push((await claim())!.tenantId);
  expect(served.filter((each) => each === null).length).toBe(3);
  expect(served.every((each, index) => index === 0 || each !== served[index - 1])).toBe(true);
});

test("JB-10 an urgent job goes ahead of everything of every tenant, and only once it is due", async () => {
  const [large, small] = [await makeTenant(db.database), await makeTenant(db.database)];
  await addMany(large, 1_000);
  const urgent = { ...chore, isUrgent: true };
  const later = new Date(Date.now() + 60_000);
  await enqueue(db.database, urgent, { name: "later", ms: 0 }, { tenantId: large, dueAt: later });
  const id = await enqueue(db.database, urgent, { name: "now", ms: 0 }, { tenantId: small });
  expect((await claim())?.id).toBe(id);
  expect((await claim())?.tenantId).toBe(large);
});

test("a job that cannot be taken yet does not hide the others of its tenant, nor those of others", async () => {
  const [one, two] = [await makeTenant(db.database), await makeTenant(db.database)];
  const later = new Date(Date.now() + 60_000);
  await enqueue(db.database, chore, { name: "later", ms: 0 }, { tenantId: one, dueAt: later });
  await enqueue(db.database, chore, { name: "now", ms: 0 }, { tenantId: two });
  await enqueue(db.database, chore, { name: "now", ms: 0 }, { tenantId: one });
  const names = [await claim(), await claim(), await claim()].map((job) => job?.payload);
  expect(names).toEqual([{ name: "now", ms: 0 }, { name: "now", ms: 0 }, undefined]);
});

test("claims at the same moment pass over what others are taking: fifty jobs of five tenants, each to one claimer", async () => {
  for (let n = 0; n < 5; n += 1) await addMany(await makeTenant(db.database), 10);
  const claimed = await Promise.all(Array.from({ length: 60 }, claim));
  const ids = claimed.flatMap((job) => (job ? [job.id] : []));
  expect(new Set(ids).size).toBe(ids.length);
  // Whoever came when all heads were being taken may have gone away with nothing; the next look finds the rest.
  while (ids.length < 50) ids.push((await claim())!.id);
  expect(new Set(ids).size).toBe(50);
  expect(await claim()).toBeNull();
});

test("JB-07 a paused queue starts nothing and is not rung for; resumed, it goes on", async () => {
  await addMany(null, 2);
  await db.sql("update queue_setting set paused_at = now() where queue = 'campaigns'");
  expect(await claim()).toBeNull();
  expect(await takeJobsToRing(db.database, ["campaigns"], 10)).toEqual([]);
  await db.sql("update queue_setting set paused_at = null");
  expect((await takeJobsToRing(db.database, ["campaigns"], 10)).length).toBe(2);
  expect(await claim()).not.toBeNull();
});

test("a claim among 100,000 waiting jobs of 200 tenants reads a few rows of each tenant, not the backlog", async () => {
  // A tenth at a time: on a slow disk all of them would take longer than a statement may.
  for (let tenth = 0; tenth < 10; tenth += 1) {
    await db.sql(
      `with tenants as (
         insert into tenant (id, name, slug)
         select gen_random_uuid(), 'T' || n, 'turns-' || gen_random_uuid() from generate_series(1, 20) n returning id
       )
       insert into job (id, tenant_id, type, queue, payload, max_attempts, due_at)
       select gen_random_uuid(), t.id, $1, 'campaigns', '{}', 3, now() - interval '1 hour'
       from tenants t, generate_series(1, 500) n`,
      [chore.type],
    );
  }
  await db.sql("analyze job");
  await claim();
  const [before] = await db.sql<{ reads: number }>(READS);
  await claim();
  await eventuallyCounted();
  const [after] = await db.sql<{ reads: number }>(READS);
  expect(after!.reads - before!.reads).toBeLessThan(5_000);
});

const READS = "select idx_tup_fetch + seq_tup_read as reads from pg_stat_user_tables where relname = 'job'";
/** Statistics are told when a connection is idle for a moment. */
async function eventuallyCounted(): Promise<void> {
  await db.sql("select pg_stat_force_next_flush()");
  await db.sql("select pg_sleep(0.05)");
}
