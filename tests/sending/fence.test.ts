import { setTimeout as sleep } from "node:timers/promises";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { claimMessages } from "../../domain/emails/index.js";
import { newId } from "../../domain/ids.js";
import {
  freezeInstallation,
  proveHome,
  releaseInstallation,
  type Witness,
} from "../../domain/sending/index.js";
import { Database } from "../../platform/database/database.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { placeOf } from "../../platform/embedded/place.js";
import { createLogger } from "../../platform/logger.js";
import { openSendingWitness } from "../../platform/sending-witness.js";
import { startFence, type Fence } from "../../worker/sending/fence.js";
import { freshDatabase, TEST_SECRET, type TestDatabase } from "../support/database.js";
import { endAllCampaigns } from "../support/ledger-lane.js";
import { seedCampaign } from "../support/ledger-seed.js";

const log = createLogger("worker", "silent");
const NOWHERE = { place: null };
let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql(
    `update installation set frozen_at = null, freeze_reason = null, sending_home = null, sending_place = null,
       sending_epoch = 0, fence_epoch = 0`,
  );
  await endAllCampaigns(db);
});

const claim = async (database: Database, witness?: Witness) =>
  (await claimMessages(database, [newId()], 10, 30, witness)).length;
const frozen = async ({ pool }: Database) =>
  (
    await pool.query(
      "select frozen_at is not null as is, freeze_reason as reason, fence_epoch as beyond from installation",
    )
  ).rows[0] as { is: boolean; reason: string | null; beyond: number };
const told = async ({ pool }: Database) =>
  (
    await pool.query(
      "select actor_kind as kind, outcome, changes from event where action = 'sending.frozen_or_released' order by at",
    )
  ).rows as object[];

/** A worker's fence, with a witness of its own in Redis. */
async function fenceOf(
  database: Database,
  { place = null, key = newId() }: { place?: string | null; key?: string } = {},
): Promise<Fence> {
  return startFence({ database, outside: openSendingWitness(inject("redisUrl"), key, log), place, log });
}

const operator = (database: Database) =>
  openOperation(database, { kind: "OPERATOR", name: "ada" }, { requestId: newId() });

describe("OD-05 a database that was put back sends nothing until it is released", () => {
  test("the original goes on: its number rises, and mail is claimed", async () => {
    await seedCampaign(db.database, { leads: 1 });
    const key = newId();
    const first = await fenceOf(db.database, { key });
    expect(first.witness()).toEqual({ epoch: 1, place: null });
    await first.stop();
    const second = await fenceOf(db.database, { key });
    expect(second.witness()).toEqual({ epoch: 2, place: null });
    expect(await claim(db.database, second.witness())).toBe(1);
    await second.stop();
    expect(await frozen(db.database)).toEqual({ is: false, reason: null, beyond: 0 });
  });

  test("an emptied Redis is no copy of the database", async () => {
    await (await fenceOf(db.database)).stop();
    const after = await fenceOf(db.database, { key: newId() });
    expect(after.witness().epoch).toBe(2);
    await after.stop();
    expect((await frozen(db.database)).is).toBe(false);
  });

  test("restored beside the original: nothing is claimed before it is noticed, then it is frozen, on record", async () => {
    const original = await freshDatabase();
    await proveHome(original.database, { epoch: 0, ...NOWHERE });
    await seedCampaign(original.database, { leads: 3 });
    await original.database.close();
    const name = `copy_${newId().replaceAll("-", "")}`;
    await asAdmin(`create database ${name} template ${new URL(original.url).pathname.slice(1)}`);
    const url = Object.assign(new URL(original.url), { pathname: `/${name}` }).href;
    const copy = await Database.open(url, {
      poolSize: 4,
      statementTimeoutMs: 10_000,
      applicationName: "postwatch-test",
      secret: TEST_SECRET,
    });
    try {
      expect(await claim(copy)).toBe(0);
      const fence = await fenceOf(copy);
      const reason = "This database was restored beside the one that was last sent from.";
      expect(await frozen(copy)).toEqual({ is: true, reason, beyond: 0 });
      expect(await told(copy)).toEqual([
        {
          kind: "JOB",
          outcome: "SUCCESS",
          changes: [
            { field: "frozen", before: false, after: true },
            { field: "reason", before: null, after: reason },
          ],
        },
      ]);
      expect(await claim(copy, fence.witness())).toBe(0);
      expect(await operator(copy).run(releaseInstallation, { reason: "Moved", place: null })).toEqual({
        pausedCampaigns: 1,
      });
      // Due a moment ago: the original may have sent it since.
      expect(await claim(copy, fence.witness())).toBe(0);
      expect(
        (await copy.pool.query("select status, now() - paused_at >= interval '1 hour' as asks from campaign"))
          .rows,
      ).toEqual([{ status: "PAUSED", asks: true }]);
      await fence.stop();
    } finally {
      await copy.close();
      await asAdmin(`drop database ${name} with (force)`);
      await asAdmin(`drop database ${new URL(original.url).pathname.slice(1)} with (force)`);
    }
  });

  test("put back over the original: behind what Redis knows it is frozen, and released goes on beyond that", async () => {
    const key = newId();
    for (let look = 0; look < 3; look += 1) await (await fenceOf(db.database, { key })).stop();
    await seedCampaign(db.database, { leads: 2 });
    await db.sql("update installation set sending_epoch = 1");
    expect(await claim(db.database, { epoch: 3, ...NOWHERE })).toBe(0);
    const fence = await fenceOf(db.database, { key });
    expect(await frozen(db.database)).toEqual({
      is: true,
      reason:
        "An older state of this database was put back: who has been mailed since then is not known here.",
      beyond: 3,
    });
    expect(await claim(db.database)).toBe(0);
    expect(
      await operator(db.database).run(releaseInstallation, { reason: "Looked through", place: null }),
    ).toEqual({ pausedCampaigns: 1 });
    expect(await claim(db.database, fence.witness())).toBe(0);
    await db.sql("update campaign set status = 'RUNNING' where status = 'PAUSED'");
    expect(await claim(db.database, fence.witness())).toBe(2);
    await fence.stop();
    const next = await fenceOf(db.database, { key });
    expect(next.witness().epoch).toBe(1_000_004);
    await next.stop();
    expect((await told(db.database)).length).toBe(2);
  });

  test("frozen already, it still learns how far the original was: one release is enough", async () => {
    const key = newId();
    const outside = openSendingWitness(inject("redisUrl"), key, log);
    await outside.note(5_000_000);
    outside.close();
    await operator(db.database).run(freezeInstallation, { reason: "For a dump" });
    const fence = await fenceOf(db.database, { key });
    expect(await frozen(db.database)).toEqual({ is: true, reason: "For a dump", beyond: 5_000_000 });
    await operator(db.database).run(releaseInstallation, { reason: "Restored", place: null });
    await fence.stop();
    const next = await fenceOf(db.database, { key });
    expect(next.witness().epoch).toBe(6_000_001);
    await next.stop();
    expect((await frozen(db.database)).is).toBe(false);
  });

  test("a data directory is known by where it is and when it was made", async () => {
    const parent = await mkdtemp(join(tmpdir(), "postwatch-place-"));
    const [here, moved, aside] = ["here", "moved", "aside"].map((name) => join(parent, name));
    await mkdir(here!);
    const place = await placeOf(here!);
    expect(place).toMatch(/^data directory [0-9a-f]{12}$/);
    await rename(here!, moved!);
    expect(await placeOf(moved!)).toBe(place);
    await cp(moved!, aside!, { recursive: true });
    await rm(moved!, { recursive: true });
    // File systems note when something was made by ticks of a few milliseconds, and give its number away again.
    await sleep(50);
    await cp(aside!, here!, { recursive: true });
    expect(new Set([place, await placeOf(aside!), await placeOf(here!)]).size).toBe(3);
    await rm(parent, { recursive: true });
  });

  test("in another place it is frozen; a place without a name is any place", async () => {
    await (await fenceOf(db.database, { place: "production-eu" })).stop();
    await (await fenceOf(db.database)).stop();
    expect((await frozen(db.database)).is).toBe(false);
    await (await fenceOf(db.database, { place: "trial" })).stop();
    expect((await frozen(db.database)).reason).toBe(
      "This database was last sent from production-eu, and this is trial.",
    );
  });

  test("recovered or failed over: another history of the same server", async () => {
    await proveHome(db.database, { epoch: 0, ...NOWHERE });
    await db.sql("update installation set sending_home = regexp_replace(sending_home, '[^/]+$', '00000009')");
    await seedCampaign(db.database, { leads: 1 });
    expect(await claim(db.database)).toBe(0);
    await (await fenceOf(db.database)).stop();
    expect((await frozen(db.database)).reason).toBe(
      "The PostgreSQL server was recovered, or failed over to a replica: what happened last may be missing.",
    );
  });
});

async function asAdmin(statement: string): Promise<void> {
  const admin = new Client({ connectionString: inject("databaseUrl") });
  await admin.connect();
  await admin.query(statement).finally(() => admin.end());
}
