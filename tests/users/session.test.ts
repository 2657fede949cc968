import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anonymous } from "../../domain/access/actor.js";
import { InvalidCredentialsError } from "../../domain/errors.js";
import {
  createFirstAdmin,
  refreshSession,
  signIn,
  signOut,
  type SignInThrottle,
} from "../../domain/users/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";

let test_db: TestDatabase;
const credentials = { email: "admin@example.com", password: "a long enough password" };

beforeAll(async () => {
  test_db = await freshDatabase();
  await createFirstAdmin(asOperator(), credentials);
});
afterAll(() => test_db.close());

const visitor = () =>
  openOperation(test_db.database, anonymous, { requestId: randomUUID(), ip: "127.0.0.1", userAgent: "test" });
const asOperator = () =>
  openOperation(test_db.database, { kind: "OPERATOR", name: "test" }, { requestId: randomUUID() });
/** Of the throttle there are tests of its own. */
const unthrottled: SignInThrottle = {
  admit: async () => ({ succeeded: async () => {} }),
  mayReset: async () => true,
  forgive: async () => {},
};
const count = async (table: string) =>
  (await test_db.sql<{ count: number }>(`select count(*) as count from ${table}`))[0]!.count;
const lastEvent = async () =>
  (
    await test_db.sql(
      "select action, outcome, reason_code, actor_kind from event order by at desc, id desc limit 1",
    )
  )[0];

test("the first administrator is made once, however many start at the same time", async () => {
  const own = await freshDatabase();
  try {
    const operator = openOperation(
      own.database,
      { kind: "OPERATOR", name: "test" },
      { requestId: randomUUID() },
    );
    const made = await Promise.all(
      [1, 2, 3].map(() => createFirstAdmin(operator, { email: "First@Example.com" })),
    );
    expect(made.filter(Boolean)).toEqual([
      { email: "First@Example.com", password: expect.stringMatching(/^[\w-]{20}$/) },
    ]);
    expect(
      await own.sql("select u.email, m.role from app_user u join membership m on m.user_id = u.id"),
    ).toEqual([{ email: "First@Example.com", role: "ADMIN" }]);
  } finally {
    await own.close();
  }
});

test("signing in opens a session, whatever the case of the address", async () => {
  const signedIn = await signIn(visitor(), unthrottled, { ...credentials, email: " ADMIN@Example.COM " });
  expect(signedIn.user).toMatchObject({ email: "admin@example.com", role: "ADMIN" });
  expect(
    await test_db.sql("select ip, user_agent, revoked_at from session where id = $1", [signedIn.sessionId]),
  ).toEqual([{ ip: "127.0.0.1", user_agent: "test", revoked_at: null }]);
  expect(await lastEvent()).toEqual({
    action: "auth.login.succeeded",
    outcome: "SUCCESS",
    reason_code: null,
    actor_kind: "USER",
  });
});

test("a wrong password and an unknown address get the same refusal, on record, and no session", async () => {
  const before = await count("session");
  const refusal = (input: object) =>
    signIn(visitor(), unthrottled, { ...credentials, ...input }).catch((error: unknown) => error);
  const wrong = await refusal({ password: "not the password" });
  expect(await lastEvent()).toMatchObject({
    action: "auth.login.failed",
    outcome: "FAILED",
    reason_code: "WRONG_PASSWORD",
  });
  const unknown = await refusal({ email: "nobody@example.com" });
  expect(await lastEvent()).toMatchObject({ reason_code: "UNKNOWN_ADDRESS" });
  expect(wrong).toBeInstanceOf(InvalidCredentialsError);
  expect((unknown as Error).message).toBe((wrong as Error).message);
  expect(await count("session")).toBe(before);
});

test("a suspended person cannot sign in", async () => {
  const [tenant] = await test_db.sql<{ id: string }>("select id from tenant");
  await makeUser(test_db.database, { tenantId: tenant!.id });
  await test_db.sql("update app_user set status = 'SUSPENDED' where email = $1", [credentials.email]);
  await expect(signIn(visitor(), unthrottled, credentials)).rejects.toBeInstanceOf(InvalidCredentialsError);
  await test_db.sql("update app_user set status = 'ACTIVE' where email = $1", [credentials.email]);
});

test("a refresh token rotates: the new one works, and the session is the same", async () => {
  const first = await signIn(visitor(), unthrottled, credentials);
  const second = await refreshSession(visitor(), first.refreshToken);
  expect(second.sessionId).toBe(first.sessionId);
  expect(second.refreshToken).not.toBe(first.refreshToken);
  const third = await refreshSession(visitor(), second.refreshToken);
  expect(third.refreshToken).not.toBe(second.refreshToken);
});

test("50 refreshes at once with one token make exactly one child, and all get it", async () => {
  const { refreshToken, sessionId } = await signIn(visitor(), unthrottled, credentials);
  const all = await Promise.all(Array.from({ length: 50 }, () => refreshSession(visitor(), refreshToken)));
  expect(new Set(all.map((one) => one.refreshToken)).size).toBe(1);
  expect(await test_db.sql("select count(*) from refresh_token where session_id = $1", [sessionId])).toEqual([
    { count: 2 },
  ]);
});

test("a token that is used again after the overlap ends the whole family", async () => {
  const first = await signIn(visitor(), unthrottled, credentials);
  const second = await refreshSession(visitor(), first.refreshToken);
  await test_db.sql(
    "update refresh_token set used_at = used_at - interval '11 seconds' where session_id = $1",
    [first.sessionId],
  );
  await expect(refreshSession(visitor(), first.refreshToken)).rejects.toBeInstanceOf(InvalidCredentialsError);
  expect(await lastEvent()).toMatchObject({ action: "auth.token.reuse_detected", outcome: "DENIED" });
  await expect(refreshSession(visitor(), second.refreshToken)).rejects.toBeInstanceOf(
    InvalidCredentialsError,
  );
  expect(await test_db.sql("select revoke_reason from session where id = $1", [first.sessionId])).toEqual([
    { revoke_reason: "REFRESH_TOKEN_REUSED" },
  ]);
});

test("signing out ends the session; doing it again changes nothing", async () => {
  const { refreshToken, sessionId } = await signIn(visitor(), unthrottled, credentials);
  await signOut(visitor(), refreshToken);
  await expect(refreshSession(visitor(), refreshToken)).rejects.toBeInstanceOf(InvalidCredentialsError);
  expect(await lastEvent()).toMatchObject({ action: "auth.logout" });
  const events = await count("event");
  expect(await signOut(visitor(), refreshToken)).toEqual({ signedOut: true });
  expect(await count("event")).toBe(events);
  expect(await test_db.sql("select revoke_reason from session where id = $1", [sessionId])).toEqual([
    { revoke_reason: "SIGNED_OUT" },
  ]);
});

test("no token and an unknown token are refused alike", async () => {
  for (const token of [null, "unknown", ""])
    await expect(refreshSession(visitor(), token)).rejects.toThrow("The session has ended. Sign in again.");
});
