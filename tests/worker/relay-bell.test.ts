import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { RelayBell } from "#platform/database/relay-bell.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { asOperator } from "../support/jobs.js";

let db: TestDatabase;
let tenantId: string;
let ear: Client;
let heard: string[];

beforeAll(async () => {
  db = await freshDatabase();
  tenantId = await makeTenant(db.database);
});
afterAll(() => db.close());
beforeEach(async () => {
  heard = [];
  ear = new Client({ connectionString: db.url });
  await ear.connect();
  ear.on("notification", ({ channel }) => heard.push(channel));
  await ear.query("listen postwatch_relay");
});
afterEach(() => ear.end());

const settled = async () => {
  await sleep(100);
  await ear.query("select");
  return heard;
};

test("whoever emits rings once it is committed, and not in the transaction", async () => {
  const seen: number[] = [];
  ear.on("notification", () => {
    void db
      .sql<{ n: number }>("select count(*)::int as n from pending_event")
      .then(([row]) => seen.push(row!.n));
  });
  await asOperator(
    db.database,
    async (op) => {
      await op.emit("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
      await op.emit("campaign.resumed", { targets: [{ type: "campaign", id: newId() }] });
    },
    tenantId,
  );
  await eventually(() => seen.length > 0);
  expect(seen).toEqual([2]);
  expect(await settled()).toEqual(["postwatch_relay"]);
});

test("what is taken back rings nobody, nor does a change without an event", async () => {
  const failing = asOperator(
    db.database,
    async (op) => {
      await op.emit("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
      throw new Error("taken back");
    },
    tenantId,
  );
  await expect(failing).rejects.toThrow("taken back");
  await asOperator(db.database, async () => {}, tenantId);
  expect(await settled()).toEqual([]);
});

test("those who ring while it rings share the next", async () => {
  const bell = new RelayBell(db.database.pool);
  for (let times = 0; times < 100; times += 1) bell.ring();
  await eventually(() => heard.length >= 2);
  expect(await settled()).toEqual(["postwatch_relay", "postwatch_relay"]);
});

test("a database that is away takes nothing down, and the next ring is heard", async () => {
  const pool = { query: () => Promise.reject(new Error("away")) };
  const deaf = new RelayBell(pool as never);
  deaf.ring();
  await sleep(10);
  Object.assign(pool, { query: db.database.pool.query.bind(db.database.pool) });
  deaf.ring();
  expect(await settled()).toEqual(["postwatch_relay"]);
});
