import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anonymous } from "../../domain/access/actor.js";
import { createTeam } from "../../domain/teams/index.js";
import { requestPasswordReset } from "../../domain/users/index.js";
import { keyedCall, ownerOf } from "../../platform/database/idempotency.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword, stranger, UNTHROTTLED } from "../support/passwords.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const keys = () => api.db.sql("select owner, key from idempotency_record");
const SIGN_OUT = `mutation ($key: String) { signOut(idempotencyKey: $key) { ... on SignOutSuccess { signedOut } } }`;
const RESET = `mutation ($email: String!, $key: String) { requestPasswordReset(email: $email, idempotencyKey: $key) {
  __typename ... on Error { code path } } }`;
const cookieOf = (token: string) => `postwatch_refresh=${token}`;

async function signedIn(count: number) {
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const browsers = Array.from({ length: count }, () => new Browser(api));
  for (const browser of browsers)
    expect(await browser.signIn(user.email, GOOD_PASSWORD)).toBe("SignInSuccess");
  return { user, browsers };
}

test("a stranger who brings a person's id as their token does not get at that person's keys", async () => {
  const { op, userId } = api.people.ADMIN;
  const key = randomUUID();
  const thief = new Browser(api);
  for (const document of [
    SIGN_OUT,
    `mutation ($key: String) { refreshSession(idempotencyKey: $key) { __typename } }`,
  ]) {
    thief.cookie = cookieOf(userId);
    await thief.ask(document, { key });
  }
  expect(await op.run(createTeam, { name: `Team ${key}` }, { idempotencyKey: key })).toEqual({
    teamId: expect.any(String),
  });
});

test("what a stranger brings is nobody's id, and no owner of another command", () => {
  const id = randomUUID();
  const { actor } = api.people.ADMIN.op;
  expect(ownerOf("signOut", actor, undefined)).toBe(api.people.ADMIN.userId);
  const owners = [
    ownerOf("signOut", anonymous, id),
    ownerOf("rotateToken", anonymous, id),
    ownerOf("rotateToken", anonymous, undefined),
    ownerOf("rotateToken", anonymous, ""),
  ];
  // Version 8: ids of people are of version 7.
  for (const owner of owners)
    expect(owner).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(owners).size).toBe(4);
  expect(keyedCall(createTeam, { name: "x" }, "k", owners[0]!).owner).toBe(owners[0]);
});

test("a refused refresh and an empty sign-out leave nothing behind, whatever keys they bring", async () => {
  const [{ browsers }, before] = [await signedIn(1), await keys()];
  await browsers[0]!.ask(SIGN_OUT);
  const after = await checksum(api.db);
  const ended = browsers[0]!.cookie;
  for (const cookie of [ended, cookieOf("made-up"), cookieOf(randomUUID()), null]) {
    const caller = Object.assign(new Browser(api), { cookie });
    expect(await caller.refresh(randomUUID())).toBe("InvalidCredentials");
    const { data } = await caller.ask(SIGN_OUT, { key: randomUUID() });
    expect(data).toEqual({ signOut: { signedOut: true } });
  }
  expect(await checksum(api.db)).toBe(after);
  expect(await keys()).toEqual(before);
});

test("an address without an account leaves nothing behind when it asks for a reset, whatever key it brings", async () => {
  const later: Promise<unknown>[] = [];
  const request = (email: string) =>
    requestPasswordReset(stranger(api.db), UNTHROTTLED, { email }, (work) => later.push(work), {
      idempotencyKey: randomUUID(),
    });
  const { email } = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const before = await checksum(api.db);
  await request("nobody@example.org");
  await Promise.all(later);
  expect(await checksum(api.db)).toBe(before);
  const { length } = await keys();
  await request(email);
  await Promise.all(later);
  expect(await keys()).toHaveLength(length + 1);
});

test("the same key signs each of a person's sessions out, and is answered the same when it comes again", async () => {
  const { browsers } = await signedIn(3);
  const key = randomUUID();
  const out = async (browser: Browser) => {
    const { cookie, accessToken } = browser;
    const { data } = await browser.ask(SIGN_OUT, { key });
    return Object.assign(browser, { cookie, accessToken }) && data;
  };
  for (const browser of browsers.slice(0, 2)) {
    expect(await out(browser)).toEqual({ signOut: { signedOut: true } });
    await eventually(async () => !(await browser.isSignedIn()), Boolean, 1_000);
    expect(await out(browser)).toEqual({ signOut: { signedOut: true } });
    browser.accessToken = null;
    expect(await browser.refresh()).toBe("InvalidCredentials");
  }
  expect(await browsers[2]!.isSignedIn()).toBe(true);
});

test.each(["", "x".repeat(201), "nul\u0000"])(
  "a reset is told that %j is no key before it is answered, and nothing is done",
  async (key) => {
    const { email } = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
    const before = await checksum(api.db);
    const { data } = await (await api.as("ANONYMOUS")).ask(RESET, { email, key });
    expect(data).toEqual({
      requestPasswordReset: { __typename: "InvalidInput", code: "BAD_USER_INPUT", path: ["idempotencyKey"] },
    });
    expect(await checksum(api.db)).toBe(before);
  },
);

test("one key for two addresses, and twice for one, is two resets and no conflict", async () => {
  const emails = [
    (await makeUserWithPassword(api.db, { tenantId: api.tenantId })).email,
    (await makeUserWithPassword(api.db, { tenantId: api.tenantId })).email,
  ];
  const [key, { length }] = [randomUUID(), await api.db.sql("select id from one_time_token")];
  const anybody = await api.as("ANONYMOUS");
  for (const email of [emails[0]!, emails[1]!, emails[0]!.toUpperCase()])
    expect((await anybody.ask(RESET, { email, key })).data).toEqual({
      requestPasswordReset: { __typename: "RequestPasswordResetSuccess" },
    });
  const made = () => api.db.sql("select id from one_time_token");
  await eventually(made, (rows) => rows.length === length + 2);
  expect(api.logLines.filter((line) => line.includes("work after the answer"))).toEqual([]);
});
