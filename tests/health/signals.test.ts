import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { readDatabaseSignals, SIGNALS, thresholdsWith } from "../../domain/health/index.js";
import { judgeSignals } from "../../platform/health/judge-signals.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { seedCampaign } from "../support/ledger-seed.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql("truncate job, worker_heartbeat, pending_event, pending_seal");
});

const look = async () => (await readDatabaseSignals(db.database)).values;

/** As if nothing had been found of any. */
const nothing = Object.fromEntries(Object.keys(SIGNALS).map((name) => [name, null])) as Parameters<
  typeof judgeSignals
>[0];

/** Adds a job of the queue, due so many seconds ago. */
async function waitingJob(queue: string, seconds: number): Promise<void> {
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, due_at)
     values ($1, $2 || '.x', $2, '{}', 1, now() - make_interval(secs => $3))`,
    [newId(), queue, seconds],
  );
}

async function deadJob(secondsAgo: number): Promise<void> {
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, state, finished_at)
     values ($1, 'analytics.x', 'analytics', '{}', 1, 'FAILED', now() - make_interval(secs => $2))`,
    [newId(), secondsAgo],
  );
}

async function worker(
  queues: string,
  silentSeconds: number,
  { hasStopped = false, stalledSeconds = 0 } = {},
): Promise<void> {
  await db.sql(
    `insert into worker_heartbeat (id, host, pid, version, queues, lanes, at, stopped_at, stalled_seconds)
     select $1, 'here', 1, 'test', $2::text[], 8, t, case when $4 then t end, $5
     from (select now() - make_interval(secs => $3) as t) x`,
    [newId(), `{${queues}}`, silentSeconds, hasStopped, stalledSeconds],
  );
}

describe("the oldest waiting job", () => {
  test("of each queue by itself, and what is due later does not wait", async () => {
    await waitingJob("emails", 301);
    await waitingJob("emails", 12);
    await waitingJob("campaigns", -60);
    await waitingJob("analytics", 40);
    const values = await look();
    expect(values.OLDEST_WAITING_EMAILS).toBeGreaterThanOrEqual(301);
    expect(values.OLDEST_WAITING_EMAILS).toBeLessThan(310);
    expect(values.OLDEST_WAITING_CAMPAIGNS).toBe(0);
    expect(values.OLDEST_WAITING_ANALYTICS).toBeGreaterThanOrEqual(40);
    expect(values.OLDEST_WAITING_ANALYTICS).toBeLessThan(50);
  });
});

describe("dead letters", () => {
  test("are those of the last hour", async () => {
    for (const seconds of [1, 3500, 3700, 90_000]) await deadJob(seconds);
    expect((await look()).DEAD_LETTERS).toBe(2);
  });
});

describe("the silence of the workers", () => {
  test("is an hour where nobody was ever there", async () => {
    expect((await look()).WORKER_SILENCE).toBe(3600);
  });

  test("is that of the one who was seen last, also when it has stopped", async () => {
    await worker("emails,campaigns,analytics", 30);
    await worker("emails,campaigns,analytics", 4, { hasStopped: true });
    const { WORKER_SILENCE } = await look();
    expect(WORKER_SILENCE).toBeGreaterThanOrEqual(4);
    expect(WORKER_SILENCE).toBeLessThan(9);
  });

  test("a queue with work and no worker counts, one without work does not", async () => {
    await worker("emails", 1);
    await waitingJob("campaigns", -60);
    expect((await look()).WORKER_SILENCE).toBeLessThan(9);
    await waitingJob("campaigns", 1);
    expect((await look()).WORKER_SILENCE).toBe(3600);
  });
});

describe("H7 the standstill of a worker", () => {
  test("is the longest of those that are there: neither who has stopped nor who is lost", async () => {
    expect((await look()).WORKER_STALL).toBe(0);
    await worker("emails", 1, { stalledSeconds: 5 });
    await worker("emails", 2, { stalledSeconds: 75 });
    await worker("emails", 3, { stalledSeconds: 300, hasStopped: true });
    await worker("emails", 20, { stalledSeconds: 400 });
    expect((await look()).WORKER_STALL).toBe(75);
  });
});

describe("the outbox", () => {
  test("lags by the oldest event that is not published", async () => {
    expect((await look()).OUTBOX_LAG).toBe(0);
    // Ids of one millisecond are in no order, and by its id an event is found.
    for (const seconds of [33, 7]) {
      await db.sql(
        `with fact as (
           insert into event (id, at, action, actor_kind, targets, outcome, context)
           values (uuid_v7(), now() - make_interval(secs => $1), 'settings.updated', 'OPERATOR', '[]', 'SUCCESS', '{}')
           returning id, at)
         insert into pending_event select id, at from fact`,
        [seconds],
      );
      await sleep(2);
    }
    const { OUTBOX_LAG } = await look();
    expect(OUTBOX_LAG).toBeGreaterThanOrEqual(33);
    expect(OUTBOX_LAG).toBeLessThan(40);
  });
});

/** An entry that its writer has noted for the sealer so many seconds ago. */
const unsealed = (seconds: number) =>
  db.sql(
    `with fact as (
       insert into event (id, action, actor_kind, targets, outcome, context)
       values (uuid_v7(), 'settings.updated', 'OPERATOR', '[]', 'SUCCESS', '{}') returning id, at)
     insert into pending_seal (event_id, at, noted_at) select id, at, now() - make_interval(secs => $1) from fact`,
    [seconds],
  );
const sealedBefore = (number: number, seconds: number) =>
  db.sql(
    `insert into audit_seal (chain_id, number, first_seq, last_seq, month, root, previous, hash, key_id, signature, sealed_at)
     values ($1, $2, $2, $2, now(), '', '', '', 'key', '', now() - make_interval(secs => $3))`,
    ["00000000-0000-0000-0000-000000000000", number, seconds],
  );
const checked = (faults: number) =>
  db.sql(
    "insert into audit_check (started_at, entries, seals, fault_count) values (now() - interval '3 s', 5, 2, $1)",
    [faults],
  );

describe("the audit record", () => {
  test("lags by the oldest entry that waits for its seal, however old the entry is", async () => {
    expect((await look()).AUDIT_SEAL_LAG).toBe(0);
    await unsealed(75);
    await sleep(2);
    await unsealed(9);
    const { AUDIT_SEAL_LAG } = await look();
    expect(AUDIT_SEAL_LAG).toBeGreaterThanOrEqual(75);
    expect(AUDIT_SEAL_LAG).toBeLessThan(85);
    await db.sql("truncate pending_seal");
    expect((await look()).AUDIT_SEAL_LAG).toBe(0);
  });

  test("its anchors lag by the oldest seal since them, and not at all where nothing is new", async () => {
    expect((await look()).AUDIT_ANCHOR_LAG).toBe(0);
    await db.sql("insert into audit_key (key_id, public_key) values ('key', $1)", [Buffer.alloc(32)]);
    for (const [number, seconds] of [
      [1, 5_000],
      [2, 400],
      [3, 20],
    ] as const)
      await sealedBefore(number, seconds);
    const lag = async () => Math.floor((await look()).AUDIT_ANCHOR_LAG! / 10) * 10;
    const anchoredUntil = (number: number) =>
      db.sql(
        "update installation set audit_anchored_until = (select sealed_at from audit_seal where number = $1)",
        [number],
      );
    expect(await lag()).toBe(5_000);
    await anchoredUntil(1);
    expect(await lag()).toBe(400);
    await anchoredUntil(3);
    expect((await look()).AUDIT_ANCHOR_LAG).toBe(0);
  });

  test("one fault at its last check is critical, none at the next is well", async () => {
    const judged = async () =>
      judgeSignals({ ...nothing, ...(await look()) }, thresholdsWith(), (_name, seen) => seen).find(
        ({ name }) => name === "AUDIT_FAULTS",
      );
    expect(await judged()).toMatchObject({ value: 0, status: "HEALTHY" });
    await checked(1);
    expect(await judged()).toMatchObject({ value: 1, unit: "faults", status: "UNHEALTHY" });
    await checked(0);
    expect(await judged()).toMatchObject({ value: 0, status: "HEALTHY" });
  });

  test("a lag is a warning from a minute, of the anchors from five", () => {
    const statusOf = (values: object) =>
      judgeSignals({ ...nothing, ...values }, thresholdsWith(), (_name, seen) => seen)
        .filter(({ name }) => name in values)
        .map(({ status }) => status);
    expect(statusOf({ AUDIT_SEAL_LAG: 59.9, AUDIT_ANCHOR_LAG: 299.9 })).toEqual(["HEALTHY", "HEALTHY"]);
    expect(statusOf({ AUDIT_SEAL_LAG: 60, AUDIT_ANCHOR_LAG: 300 })).toEqual(["DEGRADED", "DEGRADED"]);
  });
});

describe("the oldest due mail", () => {
  test("counts inside a running campaign of an organisation that is not frozen", async () => {
    const { campaignId, tenantId } = await seedCampaign(db.database, { leads: 3 });
    await db.sql("update message set due_at = now() - interval '75 seconds' where campaign_id = $1", [
      campaignId,
    ]);
    const late = async () => (await look()).OLDEST_DUE_MESSAGE;
    expect(await late()).toBeGreaterThanOrEqual(75);
    expect(await late()).toBeLessThan(85);
    await db.sql("update campaign set status = 'PAUSED' where id = $1", [campaignId]);
    expect(await late()).toBe(0);
    await db.sql("update campaign set status = 'RUNNING' where id = $1", [campaignId]);
    await db.sql("update tenant set frozen_at = now(), freeze_reason = 'a test' where id = $1", [tenantId]);
    expect(await late()).toBe(0);
    await db.sql("update tenant set frozen_at = null, freeze_reason = null where id = $1", [tenantId]);
    await db.sql("update message set due_at = now() + interval '1 hour' where campaign_id = $1", [
      campaignId,
    ]);
    expect(await late()).toBe(0);
  });
});

test("the look reads by index, however long the tables are", async () => {
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, state, finished_at, due_at)
     select uuid_v7(), 'emails.x', 'emails', '{}', 1, case when n % 10 = 0 then 'WAITING' else 'SUCCEEDED' end,
       case when n % 10 = 0 then null else now() end, now() - interval '5 seconds' from generate_series(1, 50000) n`,
  );
  await db.sql("analyze job");
  const started = performance.now();
  for (let count = 0; count < 20; count += 1) await look();
  // A walk over the table takes some ten times as long.
  expect((performance.now() - started) / 20).toBeLessThan(15);
});

describe("a figure with its limits", () => {
  const judged = (value: number | null, limits = thresholdsWith()) =>
    judgeSignals({ ...nothing, OUTBOX_LAG: value }, limits, (_name, seen) => seen).find(
      ({ name }) => name === "OUTBOX_LAG",
    )!;

  test.each([
    [4.9, "HEALTHY"],
    [5, "DEGRADED"],
    [29.9, "DEGRADED"],
    [30, "UNHEALTHY"],
    [null, "UNHEALTHY"],
  ])("an outbox lag of %s seconds is %s", (value, status) => {
    expect(judged(value)).toEqual({
      name: "OUTBOX_LAG",
      label: "Oldest event that is not published",
      unit: "s",
      value,
      status,
      warning: 5,
      critical: 30,
    });
  });

  test("the installation's own limits count", () => {
    const limits = thresholdsWith({ OUTBOX_LAG: { warning: 1, critical: 2 } });
    expect(judged(1.5, limits)).toMatchObject({ status: "DEGRADED", warning: 1, critical: 2 });
  });
});
