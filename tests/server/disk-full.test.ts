import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startApi, type Api, type Speaker } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.js";
import { smallDisk } from "../support/small-disk.js";
import { Work, type Attempt } from "../support/work.js";

/** A second, and what a busy machine adds to it. */
const SOON_MS = 1_800;
/** A new cluster, migrated, its log, and room for what the test writes. */
const MEGABYTES = 200;

const disk = smallDisk(MEGABYTES);
let postgres: OwnPostgres;
let api: Api;
let admin: Speaker;
beforeAll(async () => {
  if (!disk) return;
  postgres = await ownPostgres(4, true, disk.directory);
  const tenantId = await makeTenant(postgres.database);
  const person = (role: "ADMIN" | "MANAGER" | "USER") => makeUser(postgres.database, { tenantId, role });
  const people = {
    ADMIN: await person("ADMIN"),
    MANAGER: await person("MANAGER"),
    USER: await person("USER"),
  };
  api = await startApi({ beside: { db: postgres, tenantId, people } });
  admin = await api.as("ADMIN");
}, 120_000);
let work: Work | undefined;
afterEach(() => work?.end());
afterAll(async () => {
  await api?.close();
  await postgres?.close();
  disk?.remove();
}, 60_000);

const isReady = async () => (await admin.fetch("/api/health/readiness")).status === 200;
const isAnswered = ({ status, code, ms }: Attempt) =>
  ms < SOON_MS && (code === null ? status === 200 : status === 503 && code === "UNAVAILABLE");

/** Each team that somebody was told of is there, once, with one entry on record; no other is. */
async function expectAllIsWell({ attempts, made }: Work): Promise<void> {
  expect(attempts.filter((attempt) => !isAnswered(attempt))).toEqual([]);
  const teams = await postgres.sql<{ name: string }>("select name from team");
  expect(teams.map(({ name }) => name).sort()).toEqual([...made].sort());
  const [events] = await postgres.sql<{ of: number; all: number }>(
    "select count(distinct targets)::int as of, count(*)::int as all from event where action = 'team.created'",
  );
  expect(events).toEqual({ of: made.length, all: made.length });
  expect(await postgres.sql("select from idempotency_record where result = 'null'")).toEqual([]);
}

test.skipIf(!disk)(
  "J4 PostgreSQL's disk is full: tables cannot grow, then its log cannot and it ends; with room again all go on, and each change was made once",
  async () => {
    await eventually(isReady);
    work = new Work(admin);
    await sleep(500);
    expect(work.refused).toEqual([]);

    disk!.fill();
    // Pages that are there have room for some more.
    await eventually(() => work!.refused.length >= 20, Boolean, 20_000);
    expect(postgres.isRunning()).toBe(true);
    expect(await isReady()).toBe(true);
    const refusals = api.logLines.filter((line) => line.includes("No space left on device"));
    expect(refusals.length).toBeGreaterThan(0);
    // Reading needs no room.
    const readers = () => work!.attempts.filter(({ what, code }) => what === "read" && code === null).length;
    const readSoFar = readers();
    await eventually(readers, (count) => count > readSoFar + 10);

    // A log that cannot be written is the end of every change, and PostgreSQL ends itself rather than lose one.
    const write = () => postgres.sql("select pg_logical_emit_message(true, 'full', repeat('x', 1000000))");
    await eventually(
      () =>
        write().then(
          () => postgres.isRunning(),
          () => postgres.isRunning(),
        ),
      (is) => !is,
      20_000,
    );
    await eventually(isReady, (is) => !is, 5_000);

    disk!.clear();
    await postgres.startServer();
    await eventually(isReady, Boolean, 5_000);
    const madeSoFar = work.made.length;
    await eventually(() => work!.made.length > madeSoFar + 10, Boolean, 10_000);
    await work.end();
    await expectAllIsWell(work);
  },
  60_000,
);
