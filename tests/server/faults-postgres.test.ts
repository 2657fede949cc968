import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { campaignChannel } from "../../domain/channels.js";
import { statement } from "../../domain/operation.js";
import { Database } from "../../platform/database/database.js";
import { startApi, type Api, type Speaker } from "../support/api.js";
import { makeTenant, makeUser, TEST_SECRET } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { TestSocket } from "../support/socket.js";
import { Work } from "../support/work.js";

/** A second, and what a busy machine adds to it. */
const SOON_MS = 1_800;
const POOL_SIZE = 6;

let postgres: OwnPostgres;
let database: Database;
let api: Api;
let admin: Speaker;
beforeEach(async () => {
  postgres = await ownPostgres(4, true);
  const tenantId = await makeTenant(postgres.database);
  const person = (role: "ADMIN" | "MANAGER" | "USER") => makeUser(postgres.database, { tenantId, role });
  const people = {
    ADMIN: await person("ADMIN"),
    MANAGER: await person("MANAGER"),
    USER: await person("USER"),
  };
  api = await startApi({
    beside: { db: postgres, tenantId, people },
    async openDatabase(url) {
      database = await Database.open(url, {
        poolSize: POOL_SIZE,
        statementTimeoutMs: 5_000,
        connectionWaitMs: 1_000,
        watchLog: pino({ level: "silent" }),
        applicationName: "faults-postgres-test",
        secret: TEST_SECRET,
      });
      return database;
    },
  });
  admin = await api.as("ADMIN");
}, 120_000);
afterEach(async () => {
  postgres.thaw();
  await api.close();
  await postgres.close();
}, 60_000);

const isReady = async () => (await admin.fetch("/api/health/readiness")).status === 200;
async function msUntil(ready: boolean): Promise<number> {
  const begun = performance.now();
  await eventually(isReady, (is) => is === ready, 10_000);
  return performance.now() - begun;
}

/** Answered soon, by success or by the one refusal that there is; each team is there once, and once on record. */
async function expectAllIsWell(work: Work): Promise<void> {
  for (const attempt of work.attempts) {
    expect(attempt.ms, JSON.stringify(attempt)).toBeLessThan(SOON_MS);
    expect(attempt).toMatchObject(
      attempt.code === null ? { status: 200 } : { status: 503, code: "UNAVAILABLE", retryAfter: "1" },
    );
  }
  const teams = await postgres.sql<{ name: string }>("select name from team");
  expect(teams.map(({ name }) => name).sort()).toEqual([...work.made].sort());
  const [events] = await postgres.sql<{ of: number; all: number }>(
    "select count(distinct targets) as of, count(*) as all from event where action = 'team.created'",
  );
  expect(Object.values(events!).map(Number)).toEqual([work.made.length, work.made.length]);
  const keys = await postgres.sql("select from idempotency_record where result = 'null'");
  expect(keys).toEqual([]);
}

async function followedCampaign(): Promise<{ id: string; socket: TestSocket; subscription: string }> {
  const id = randomUUID();
  await postgres.sql(
    "insert into campaign (id, tenant_id, name, from_name, from_email, audience) values ($1, $2, 'Before', 'Ada', 'ada@example.com', '{}')",
    [id, api.tenantId],
  );
  const socket = await TestSocket.connect(api.url, admin.authorization);
  const document = "subscription ($id: ID!) { campaignActivity(campaignId: $id) { campaign { name } } }";
  const subscription = socket.subscribe(document, { id });
  await socket.event(subscription);
  return { id, socket, subscription };
}

/** Signing in works, and who followed a campaign hears of it on the same socket. */
async function expectLifeGoesOn(followed: Awaited<ReturnType<typeof followedCampaign>>): Promise<void> {
  const { id, socket, subscription } = followed;
  const { email } = await makeUserWithPassword(postgres, { tenantId: api.tenantId });
  const signIn =
    "mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { __typename } }";
  const visitor = await api.as("ANONYMOUS");
  const answer = await visitor.ask(signIn, { email, password: GOOD_PASSWORD });
  expect(answer.data).toEqual({ signIn: { __typename: "SignInSuccess" } });
  const seen = socket.events(subscription).length;
  await postgres.sql("update campaign set name = 'After' where id = $1", [id]);
  api.bus.publish(campaignChannel(id), { messageId: null });
  const event = await socket.event(subscription, seen);
  expect(event).toEqual({ campaignActivity: { campaign: { name: "After" } } });
  await socket.close();
}

describe("J4, H1 PostgreSQL is stopped in the middle of things and started again, twice", () => {
  test("whoever asks is answered within a second; ready follows; each change is made once", async () => {
    const followed = await followedCampaign();
    await msUntil(true);
    const work = new Work(admin);
    for (let round = 1; round <= 2; round += 1) {
      await sleep(700);
      await postgres.crashServer();
      expect(await msUntil(false)).toBeLessThan(SOON_MS);
      await sleep(500);
      const refusedSoFar = work.refused.length;
      expect(refusedSoFar).toBeGreaterThan(0);
      await postgres.startServer();
      expect(await msUntil(true)).toBeLessThan(2_500);
    }
    await sleep(500);
    await work.end();
    await expectAllIsWell(work);
    await expectLifeGoesOn(followed);
  }, 90_000);
});

describe("J4, H2 PostgreSQL is frozen: it refuses nothing and answers nothing", () => {
  test("whoever asks or has asked is answered within a second; ready follows; each change is made once", async () => {
    const followed = await followedCampaign();
    await msUntil(true);
    const work = new Work(admin);
    await sleep(700);
    await postgres.freeze();
    expect(await msUntil(false)).toBeLessThan(SOON_MS);
    await sleep(2_000);
    const madeBefore = work.made.length;
    expect(work.refused.length).toBeGreaterThan(20);
    // While it is known to be away nobody waits at all.
    const begun = performance.now();
    const answer = await admin.ask("{ teams { edges { node { id } } } }");
    expect(answer).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: "UNAVAILABLE", retryAfterSeconds: 1 } }],
    });
    expect(performance.now() - begun).toBeLessThan(300);
    postgres.thaw();
    expect(await msUntil(true)).toBeLessThan(2_500);
    await sleep(500);
    await work.end();
    expect(work.made.length).toBeGreaterThan(madeBefore + 4);
    await expectAllIsWell(work);
    await expectLifeGoesOn(followed);
  }, 90_000);

  test("a change whose commit gets no answer says so, and the same key tells afterwards what became of it", async () => {
    // The commit waits: a deferred trigger holds it open until the freeze.
    await postgres.sql(`create function wait_at_commit() returns trigger language plpgsql as
      $$ begin perform pg_sleep(1.5); return null; end $$`);
    await postgres.sql(`create constraint trigger wait_at_commit after insert on team
      deferrable initially deferred for each row execute function wait_at_commit()`);
    const mutation = `mutation { createTeam(input: { name: "In doubt" }, idempotencyKey: "in-doubt-key-0001") {
      __typename ... on CreateTeamSuccess { team { name } } } }`;
    const asked = admin.ask(mutation);
    await sleep(500);
    await postgres.freeze();
    const answer = await asked;
    expect(answer.status).toBe(503);
    expect(answer.errors[0]!.message).toContain("whether it was made is not known");
    await sleep(1_500);
    postgres.thaw();
    await msUntil(true);
    await postgres.sql("drop trigger wait_at_commit on team");
    const again = await admin.ask(mutation);
    expect(again.data).toEqual({
      createTeam: { __typename: "CreateTeamSuccess", team: { name: "In doubt" } },
    });
    expect(await postgres.sql("select name from team")).toEqual([{ name: "In doubt" }]);
  }, 60_000);
});

describe("J4, H10 slow statements use up the pools", () => {
  const SLOW = statement<object>("slow_for_test", "select pg_sleep(3)");

  test("reads wait a second for a connection and are refused; it is ready when they have ended", async () => {
    const slow = Array.from({ length: POOL_SIZE }, () => database.query(SLOW));
    await sleep(1_100);
    expect(await isReady()).toBe(false);
    const begun = performance.now();
    const answer = await (await api.as("MANAGER")).ask("{ teams { edges { node { id } } } }");
    expect(performance.now() - begun).toBeLessThan(SOON_MS);
    expect(answer).toMatchObject({ status: 503, errors: [{ extensions: { code: "UNAVAILABLE" } }] });
    expect(answer.errors[0]!.message).toMatch(/^All connections to the database are in use\./);
    expect((await admin.fetch("/api/health/liveness")).status).toBe(200);
    await Promise.all(slow);
    expect(await msUntil(true)).toBeLessThan(2_500);
  }, 60_000);

  test("changes that all wait for one row are held by no more than the pool; the rest are refused and leave nothing", async () => {
    const holder = await postgres.database.pool.connect();
    await holder.query("begin");
    await holder.query("lock table team in exclusive mode");
    const make = (name: string) =>
      admin.ask(
        `mutation ($name: String!) { createTeam(input: { name: $name }, idempotencyKey: $name) { __typename } }`,
        { name },
      );
    const names = Array.from({ length: POOL_SIZE + 4 }, () => randomUUID());
    const begun = performance.now();
    const asked = names.map(async (name) => ({ answer: await make(name), ms: performance.now() - begun }));
    await sleep(2_200);
    await holder.query("rollback");
    holder.release();
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ answer }) => answer.errors.length > 0);
    expect(refused).toHaveLength(4);
    for (const { answer, ms } of refused) {
      expect(answer).toMatchObject({ status: 503, errors: [{ extensions: { code: "UNAVAILABLE" } }] });
      expect(ms).toBeLessThan(2_200);
    }
    expect(await postgres.sql("select from team")).toHaveLength(POOL_SIZE);
    for (const name of names) expect((await make(name)).errors).toEqual([]);
    expect(await postgres.sql("select from team")).toHaveLength(names.length);
  }, 60_000);

  test("both pools end what runs away and what does nothing in a transaction", async () => {
    const LIMITS = statement<{ statement: string; idle: string }>(
      "limits_for_test",
      "select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle",
    );
    expect(await database.query(LIMITS)).toEqual([{ statement: "5s", idle: "10s" }]);
    expect(await database.orm.em.getConnection().execute(LIMITS.text)).toEqual([
      { statement: "5s", idle: "10s" },
    ]);
  });
});
