import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { startEnvelopeSink, type EnvelopeSink } from "../support/envelope-sink.js";
import { eventually } from "../support/eventually.js";
import { PLANTED } from "../support/planted-secrets.js";
import { launchRole, untilReady, type RoleProcess } from "../support/role-process.js";

const JOB = "analytics.cleanup";
let db: TestDatabase;
let sink: EnvelopeSink;
let worker: RoleProcess;
beforeAll(async () => {
  [db, sink] = await Promise.all([freshDatabase(), startEnvelopeSink()]);
  // What the job deletes cannot be deleted, with the words of the table `planted`.
  await db.sql("create table planted (words text)");
  await db.sql(`create function fail_as_planted() returns trigger language plpgsql as $$
    declare said text; begin
      select words into said from planted; if said is not null then raise exception '%', said; end if; return null;
    end $$`);
  await db.sql(
    "create trigger planted before delete on idempotency_record for each statement execute function fail_as_planted()",
  );
});
beforeEach(async () => {
  sink.empty();
  await db.sql("delete from planted");
});
afterEach(() => worker.stop());
afterAll(async () => {
  await db.close();
  await sink.stop();
});

async function start(rate: string): Promise<void> {
  worker = await launchRole("worker", db.url, {
    SENTRY_DSN: sink.dsn,
    SENTRY_TRACES_SAMPLE_RATE: rate,
    NODE_ENV: "production",
    PUBLIC_URL: "https://mail.example.com",
  });
  await untilReady(worker);
}

/** A job of which `crashes` runs have ended their worker and `attempts` have failed. */
async function addJob(payload: object, maxAttempts: number, requestId: string): Promise<string> {
  const id = newId();
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, request_id) values ($1, $2, 'analytics', $3::jsonb, $4, $5)`,
    [id, JOB, JSON.stringify({ fireAt: new Date().toISOString(), ...payload }), maxAttempts, requestId],
  );
  return id;
}

const stateOf = async (id: string) =>
  (
    await db.sql<{ state: string; attempts: number }>("select state, attempts from job where id = $1", [id])
  )[0]!;
const untilFailed = (id: string) =>
  eventually(
    () => stateOf(id),
    ({ state }) => state === "FAILED",
    20_000,
  );

test("ET-01 ET-03 a job that fails for good tells its error once, with what finds it; earlier attempts tell nothing", async () => {
  await db.sql("insert into planted values ('the disk is full')");
  await start("0");
  const id = await addJob({}, 2, "et-03-of-a-job");
  await eventually(
    () => stateOf(id),
    ({ state, attempts }) => state === "WAITING" && attempts === 1,
    20_000,
  );
  expect(sink.errors()).toEqual([]);
  await db.sql("update job set due_at = now() where id = $1", [id]);
  await untilFailed(id);
  await eventually(() => sink.errors().length > 0);
  expect(await worker.stop()).toBe(0);
  expect(sink.errors()).toHaveLength(1);
  const [event] = sink.errors();
  expect(event!.tags).toEqual({
    role: "worker",
    request_id: "et-03-of-a-job",
    job_id: id,
    job_type: JOB,
    queue: "analytics",
    code: "P0001",
  });
  expect(event).toMatchObject({
    environment: "production",
    extra: { audit: "https://mail.example.com/admin/audit?requestId=et-03-of-a-job" },
  });
  expect(event!.exception!.values.at(-1)!.value).toBe("the disk is full");
  expect(event!.breadcrumbs!.map(({ category, message }) => `${category} ${message}`)).toEqual(
    expect.arrayContaining(["job performJob", "job recordEnding", "statement forget_idempotency_keys"]),
  );
}, 60_000);

test("ET-01 a job that is quarantined is told by whoever sweeps it", async () => {
  const id = newId();
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, state, attempts, crashes, lease_owner, lease_until, started_at)
     values ($1, $2, 'analytics', '{}', 5, 'ACTIVE', 3, 2, $1, now() - interval '1 minute', now())`,
    [id, JOB],
  );
  await start("0");
  // When the worker took more than five seconds to start, the living are given another twenty before anything is swept.
  const [event] = await eventually(sink.errors, (all) => all.length > 0, 45_000);
  expect(event).toMatchObject({
    tags: { role: "worker", job_id: id, job_type: JOB, queue: "analytics" },
    exception: { values: [{ type: "JobQuarantined" }] },
  });
}, 60_000);

test("ET-02 a job has a trace with its statements", async () => {
  await start("1");
  const id = await addJob({}, 1, "et-02-of-a-job");
  await eventually(
    () => stateOf(id),
    ({ state }) => state === "SUCCEEDED",
    20_000,
  );
  const event = await eventually(() => sink.traces().find(({ transaction }) => transaction === JOB));
  expect(event!.contexts!.trace!.op).toBe("queue.process");
  expect(event!.spans!.map(({ description }) => description)).toContain("forget_idempotency_keys");
});

test("ET-04 A27 none of forty secrets in errors and payloads of jobs is in what has left", async () => {
  await start("1");
  for (const { text, secret } of PLANTED) {
    await db.sql("delete from planted");
    await db.sql("insert into planted values ($1)", [text]);
    await untilFailed(await addJob({ password: secret, note: secret }, 1, newId()));
  }
  expect(await worker.stop()).toBe(0);
  expect(sink.errors().length).toBeGreaterThanOrEqual(35);
  expect(sink.traces().length).toBeGreaterThanOrEqual(35);
  const all = sink.envelopes.join("\n");
  expect(PLANTED.filter(({ secret }) => all.includes(secret)).map(({ what }) => what)).toEqual([]);
}, 120_000);
