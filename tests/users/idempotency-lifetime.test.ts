import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanup } from "../../domain/analytics/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { cleanupHandler } from "../../worker/analytics/cleanup.js";
import { handlers } from "../../worker/handlers.js";
import { SCHEDULE } from "../../worker/schedule.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { makeTeam, makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const CREATE = `mutation ($name: String!, $key: String!) { createTeam(input: { name: $name }, idempotencyKey: $key) {
  __typename ... on CreateTeamSuccess { team { id name } } } }`;
const named = () => `Team ${randomUUID()}`;
async function create(name: string, key: string) {
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ createTeam: { __typename: string; team?: { id: string; name: string } } }>(CREATE, { name, key });
  return data!.createTeam;
}
const age = (key: string, interval: string) =>
  api.db.sql("update idempotency_record set expires_at = expires_at - $2::interval where key = $1", [
    key,
    interval,
  ]);
const left = async () =>
  (await api.db.sql<{ key: string }>("select key from idempotency_record")).map(({ key }) => key);

/** What the worker does at three in the morning. */
async function cleanUp(): Promise<object[]> {
  const steps: object[] = [];
  const actor = { kind: "JOB", name: cleanup.type } as const;
  const op = openOperation(api.db.database, actor, { requestId: randomUUID() });
  const { signal } = new AbortController();
  const progress = async (step: object) => void steps.push({ ...step });
  const log = pino({ level: "silent" });
  const payload = { fireAt: new Date().toISOString() };
  expect(await cleanupHandler({ op, payload, signal, progress, bus: api.bus, log })).toEqual({
    kind: "done",
  });
  return steps;
}

test("a key is kept for 24 hours to the second", async () => {
  const key = randomUUID();
  await create(named(), key);
  expect(
    await api.db.sql(
      "select extract(epoch from expires_at - created_at)::int as seconds from idempotency_record where key = $1",
      [key],
    ),
  ).toEqual([{ seconds: 86_400 }]);
});

test("a key of 23 hours still holds; of 25 hours it is new, and does what it is asked now", async () => {
  const [name, key] = [named(), randomUUID()];
  const first = await create(name, key);
  await age(key, "23 hours");
  expect(await create(name, key)).toEqual(first);
  expect((await create(named(), key)).__typename).toBe("Conflict");
  await age(key, "2 hours");
  const other = named();
  const second = await create(other, key);
  expect(second.team).toMatchObject({ name: other });
  expect(second.team!.id).not.toBe(first.team!.id);
  // It holds again, for the new call.
  expect(await create(other, key)).toEqual(second);
  expect((await create(name, key)).__typename).toBe("Conflict");
});

test("of twenty who find an old key at the same moment one takes it over", async () => {
  const key = randomUUID();
  await create(named(), key);
  await age(key, "25 hours");
  const name = named();
  const ends = await Promise.all(Array.from({ length: 20 }, () => create(name, key)));
  expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
  expect(await api.db.sql("select id from team where name = $1", [name])).toHaveLength(1);
});

test("every night the keys whose time is over are deleted, and no other row is touched", async () => {
  const [old, young] = [randomUUID(), randomUUID()];
  for (const key of [old, young]) await create(named(), key);
  await age(old, "24 hours 1 second");
  await age(young, "23 hours");
  // More than one statement takes.
  await api.db.sql(
    `insert into idempotency_record (owner, key, command, input_digest, result, expires_at)
     select $1, 'old ' || n, 'createTeam', '', 'null', now() - interval '1 minute' from generate_series(1, 5000) n`,
    [api.people.ADMIN.userId],
  );
  const [before, rest] = [await left(), await checksum(api.db, ["idempotency_record"])];
  expect((await cleanUp()).slice(0, 2)).toEqual([{ keys: 5_000 }, { keys: 5_001 }]);
  const after = await left();
  expect(after).toContain(young);
  expect(before.length - after.length).toBe(5_001);
  expect(after.filter((key) => key === old || key.startsWith("old "))).toEqual([]);
  expect(await checksum(api.db, ["idempotency_record"])).toBe(rest);
  expect((await cleanUp()).at(-1)).toEqual({ keys: 0, jobs: 0, scheduleRuns: 0, workers: 0, health: 0 });
});

test("the cleaning is due at three every night, and there is somebody who does it", () => {
  expect(SCHEDULE.find(({ name }) => name === "analytics.cleanup")?.schedule.pattern).toBe("0 3 * * *");
  const mail = { smtpUrl: "smtp://127.0.0.1:1", publicUrl: "http://127.0.0.1:1" };
  const anchors = { anchorFile: "/nowhere", anchorUrl: undefined };
  const job = handlers({ wakeLanes: () => {}, mail, anchors }).find(
    ({ type }) => type === "analytics.cleanup",
  );
  expect(job).toMatchObject({ queue: "analytics", policy: "P3" });
});

test("a refresh that is repeated by its key gets the same cookie, and nothing once its session has ended", async () => {
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const browser = new Browser(api);
  await browser.signIn(user.email, GOOD_PASSWORD);
  const cookie = browser.cookie;
  expect(await browser.refresh("k")).toBe("RefreshSessionSuccess");
  const next = browser.cookie;
  const repeat = async () => {
    const again = Object.assign(new Browser(api), { cookie });
    return { end: await again.refresh("k"), cookie: again.cookie };
  };
  expect(await repeat()).toEqual({ end: "RefreshSessionSuccess", cookie: next });
  await browser.ask("mutation { signOut { __typename } }");
  expect(await repeat()).toEqual({ end: "InvalidCredentials", cookie });
});

test("a manager who archives their team is answered the same again, though they are out of it by then", async () => {
  const id = await makeTeam(api.db.database, api.tenantId);
  const manager = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER", teamIds: [id] });
  await api.db.sql("update team_member set is_lead = true where user_id = $1", [manager.userId]);
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(manager)}`);
  const archive = () =>
    speaker.ask(
      `mutation { archiveTeam(id: "${id}", idempotencyKey: "k") { __typename ... on ArchiveTeamSuccess { team { id name isArchived version memberCount } } } }`,
    );
  const first = await archive();
  expect(first.data).toMatchObject({
    archiveTeam: { team: { id, isArchived: true, version: 2, memberCount: 1 } },
  });
  await eventually(
    () => speaker.ask(`{ team(id: "${id}") { id } }`),
    ({ errors }) => errors[0]?.extensions.code === "NOT_FOUND",
    1_000,
  );
  const before = await checksum(api.db);
  expect((await archive()).text).toBe(first.text);
  expect(await checksum(api.db)).toBe(before);
});
