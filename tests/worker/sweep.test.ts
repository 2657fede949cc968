import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bus } from "#domain/channels.js";
import { newId } from "#domain/ids.js";
import { done } from "#domain/jobs/outcome.js";
import { databaseClock } from "#domain/jobs/schedule.queries.js";
import { sweepLeases } from "#domain/jobs/sweep.queries.js";
import { createLogger } from "#platform/logger.js";
import { repeat } from "#platform/repeat.js";
import { handle } from "#worker/job-handler.js";
import { openSlots } from "#worker/slots.js";
import { openSweep } from "#worker/sweep.js";
import { eventually } from "../support/eventually.js";
import { deed, enqueue, jobState } from "../support/jobs.js";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.js";

const log = createLogger("test", "silent");
const bus: Bus = { publish() {}, subscribe: () => (async function* () {})() };
let postgres: OwnPostgres;
beforeAll(async () => {
  postgres = await ownPostgres(8);
}, 60_000);
afterAll(() => postgres.close());

/** A job whose worker is gone. */
async function addOrphan(): Promise<string> {
  const id = newId();
  await postgres.sql(
    `insert into job (id, type, queue, payload, max_attempts, state, attempts, lease_owner, lease_until)
     values ($1, 'campaigns.deed', 'campaigns', '{}', 3, 'ACTIVE', 1, $1, now() - interval '1 s')`,
    [id],
  );
  return id;
}
const crashesOf = async (id: string) => (await jobState(postgres.database, id as never)).crashes;

test("J4 an outage that is longer than the lease makes no suspect of what runs in living workers; the dead are found afterwards", async () => {
  const slots = openSlots("campaigns", 2, {
    database: postgres.database,
    handlers: new Map([
      [
        deed.type,
        handle(deed, async ({ payload, signal }) => {
          await sleep(payload.ms, undefined, { signal });
          return done;
        }),
      ],
    ]),
    bus,
    log,
    workerId: newId(),
  });
  const sweeping = repeat("the sweep", openSweep({ database: postgres.database, bus, log }, 6_000), log);
  const polling = repeat("the look", () => slots.work().then(() => 500), log);
  try {
    const early = await addOrphan();
    await eventually(
      () => crashesOf(early),
      (crashes) => crashes === 1,
      10_000,
    );
    await postgres.sql("delete from job");
    const id = await enqueue(postgres.database, deed, { name: "long", ms: 15_000 });
    await eventually(
      () => jobState(postgres.database, id),
      ({ state }) => state === "ACTIVE",
      10_000,
    );
    await postgres.freeze();
    await sleep(8_000); // the lease has four seconds
    postgres.thaw();
    const orphan = await addOrphan();
    await sleep(3_000);
    expect(await crashesOf(orphan)).toBe(0);
    await eventually(
      () => crashesOf(orphan),
      (crashes) => crashes === 1,
      20_000,
    );
    await eventually(
      () => jobState(postgres.database, id),
      ({ state }) => state === "SUCCEEDED",
      40_000,
    );
    expect(await jobState(postgres.database, id)).toEqual({
      state: "SUCCEEDED",
      attempts: 1,
      crashes: 0,
      error: null,
    });
  } finally {
    await Promise.all([sweeping.stop(), slots.stop(0, 1_000)]);
    await polling.stop();
  }
}, 120_000);

test("J4 a sweep that was on its way while the database was frozen does nothing when it arrives", async () => {
  const orphan = await addOrphan();
  const now = await databaseClock(postgres.database);
  expect(await sweepLeases(postgres.database, new Date(now.getTime() - 3_000))).toEqual([]);
  expect(await crashesOf(orphan)).toBe(0);
  expect(await sweepLeases(postgres.database, now)).toMatchObject([{ id: orphan, crashes: 1 }]);
});

test("J4 a worker that starts after an outage leaves the living as much time as those that saw it; one that starts after a crash does not wait", async () => {
  await postgres.sql("with j as (delete from job) update lease_watch set seen_at = null, calm_until = null");
  const round = (sweep: () => Promise<number>) => sweep().then(() => crashesOf(orphan));
  const start = () => openSweep({ database: postgres.database, bus, log }, 4_000);
  let orphan = await addOrphan();
  expect(await round(start())).toBe(1);
  orphan = await addOrphan();
  expect(await round(start())).toBe(1);
  await postgres.freeze();
  await sleep(6_000);
  postgres.thaw();
  orphan = await addOrphan();
  const late = start();
  expect(await round(late)).toBe(0);
  expect(await round(start())).toBe(0);
  await sleep(2_000);
  expect(await round(late)).toBe(0);
  expect(await round(start())).toBe(0);
  await sleep(2_500);
  expect(await round(start())).toBe(1);
}, 60_000);
