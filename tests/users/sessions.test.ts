import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { postOf, PUBLIC_URL, type Post } from "../support/transactional-mail.js";
import { ACTOR_LABEL as LABEL } from "../support/database.js";

let api: Api;
let post: Post;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  post = postOf(api);
});
afterAll(() => api.close());

interface Listed {
  readonly id: string;
  readonly device: string;
  readonly browser: string | null;
  readonly system: string | null;
  readonly ip: string | null;
  readonly isCurrent: boolean;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
}
const FIELDS = "id device browser system ip isCurrent createdAt lastSeenAt expiresAt";
const LIST = `{ sessions { ${FIELDS} } }`;
const ONE = `mutation ($id: ID!) { revokeSession(id: $id) { __typename ... on RevokeSessionSuccess { revoked } } }`;
const ALL = `mutation ($userId: ID, $keep: Boolean) { revokeSessions(userId: $userId, keepCurrent: $keep) {
  __typename ... on RevokeSessionsSuccess { revoked } } }`;
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";

/** Somebody who is signed in on so many devices and nowhere else. */
async function signedIn(count: number, agents: readonly string[] = []) {
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  await api.db.sql("delete from session where user_id = $1", [user.userId]);
  const browsers = Array.from({ length: count }, (_, at) => new Browser(api, agents[at]));
  for (const browser of browsers)
    expect(await browser.signIn(user.email, GOOD_PASSWORD)).toBe("SignInSuccess");
  return { user, browsers };
}
const list = async (browser: Browser) => (await browser.ask<{ sessions: Listed[] }>(LIST)).data!.sessions;
const speakerOf = async (user: TestUser) => api.withHeader(`Bearer ${await api.tokenOf(user)}`);
const isOut = (browser: Browser) => eventually(async () => !(await browser.isSignedIn()), Boolean, 1_000);
const reasons = (userId: string) =>
  api.db.sql<{ reason: string | null }>(
    "select revoke_reason as reason from session where user_id = $1 order by created_at",
    [userId],
  );

test("AT-03 one sees where one is signed in: device, address, last use, and which one asks", async () => {
  const { browsers } = await signedIn(3, [undefined as never, MAC, "curl/8.5.0"]);
  const [first] = await list(browsers[0]!);
  const started = Date.now();
  const seen = await list(browsers[1]!);
  expect(
    seen.map(({ device, browser, system, ip, isCurrent }) => ({ device, browser, system, ip, isCurrent })),
  ).toEqual([
    { device: "curl", browser: null, system: null, ip: "127.0.0.1", isCurrent: false },
    { device: "Safari on macOS", browser: "Safari", system: "macOS", ip: "127.0.0.1", isCurrent: true },
    { device: "Firefox on Linux", browser: "Firefox", system: "Linux", ip: "127.0.0.1", isCurrent: false },
  ]);
  expect(first!.device).toBe("curl");
  for (const { createdAt, lastSeenAt, expiresAt } of seen) {
    expect(lastSeenAt).toBe(createdAt);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * 86_400_000);
    expect(Math.abs(started - Date.parse(createdAt))).toBeLessThan(60_000);
  }
  // The last used stands first.
  expect(await browsers[0]!.refresh()).toBe("RefreshSessionSuccess");
  expect((await list(browsers[0]!)).map(({ device }) => device)).toEqual([
    "Firefox on Linux",
    "curl",
    "Safari on macOS",
  ]);
});

test("one session is ended: that device is out, no other, and it is on record", async () => {
  const { user, browsers } = await signedIn(3);
  const target = (await list(browsers[1]!)).find(({ isCurrent }) => isCurrent)!;
  const { data } = await browsers[0]!.ask(ONE, { id: target.id });
  expect(data).toEqual({ revokeSession: { __typename: "RevokeSessionSuccess", revoked: 1 } });
  await isOut(browsers[1]!);
  browsers[1]!.accessToken = null;
  expect(await browsers[1]!.refresh()).toBe("InvalidCredentials");
  expect(await browsers[0]!.isSignedIn()).toBe(true);
  expect(await browsers[2]!.isSignedIn()).toBe(true);
  expect((await list(browsers[0]!)).map(({ id }) => id)).not.toContain(target.id);
  expect(await reasons(user.userId)).toEqual([{ reason: null }, { reason: "REVOKED" }, { reason: null }]);
  expect(
    await api.db.sql(`select ${LABEL}, targets from event where action = 'auth.session.revoked'`),
  ).toEqual([
    {
      actor_label: user.email,
      targets: [
        { type: "session", id: target.id },
        { type: "user", id: user.userId, label: { sha256: expect.any(String) as string } },
      ],
    },
  ]);
});

test("all other sessions are ended at once, and with keepCurrent false this one too", async () => {
  const { user, browsers } = await signedIn(4);
  expect((await browsers[0]!.ask(ALL)).data).toEqual({
    revokeSessions: { __typename: "RevokeSessionsSuccess", revoked: 3 },
  });
  for (const other of browsers.slice(1)) await isOut(other);
  expect(await browsers[0]!.isSignedIn()).toBe(true);
  expect((await browsers[0]!.ask(ALL, { keep: false })).data).toMatchObject({
    revokeSessions: { revoked: 1 },
  });
  await isOut(browsers[0]!);
  expect(await reasons(user.userId)).toEqual([1, 2, 3, 4].map(() => ({ reason: "REVOKED" })));
});

test("another's sessions are neither seen nor ended without USER_MANAGE, and do not exist then", async () => {
  const { user, browsers } = await signedIn(1);
  const [session] = await list(browsers[0]!);
  for (const role of ["USER", "MANAGER"] as const) {
    const speaker = await speakerOf(await makeUser(api.db.database, { tenantId: api.tenantId, role }));
    const profile = await speaker.ask(`{ user(id: "${user.userId}") { sessions { id } } }`);
    expect(profile.data).toEqual({ user: { sessions: null } });
    const before = await checksum(api.db, ["event", "pending_event"]);
    const [theirs, nobodys] = [
      await speaker.ask(ONE, { id: session!.id }),
      await speaker.ask(ONE, { id: crypto.randomUUID() }),
    ];
    expect(theirs.errors[0]).toMatchObject({
      message: "There is no such session.",
      extensions: { code: "NOT_FOUND" },
    });
    expect(nobodys.text).toBe(theirs.text);
    const all = await speaker.ask(ALL, { userId: user.userId });
    expect(all.errors[0]!.extensions).toMatchObject({
      code: "FORBIDDEN",
      explain: { permission: "USER_MANAGE", roles: ["ADMIN"], scope: "ROLE" },
    });
    expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
  }
  expect(await browsers[0]!.isSignedIn()).toBe(true);
});

test("an administrator sees and ends the sessions of a person, and of no other organisation", async () => {
  const { user, browsers } = await signedIn(3);
  const admin = await api.as("ADMIN");
  const profile = await admin.ask<{ user: { sessions: Listed[] } }>(
    `{ user(id: "${user.userId}") { sessions { ${FIELDS} } } }`,
  );
  const sessions = profile.data!.user.sessions;
  expect(sessions.map(({ device, isCurrent }) => ({ device, isCurrent }))).toEqual(
    [1, 2, 3].map(() => ({ device: "Firefox on Linux", isCurrent: false })),
  );
  expect((await admin.ask(ONE, { id: sessions[0]!.id })).data).toMatchObject({
    revokeSession: { revoked: 1 },
  });
  expect((await admin.ask(ALL, { userId: user.userId })).data).toMatchObject({
    revokeSessions: { revoked: 2 },
  });
  for (const browser of browsers) await isOut(browser);
  const stranger = await makeUser(api.db.database);
  const before = await checksumBesideRefusals(api.db);
  expect((await admin.ask(ONE, { id: stranger.sessionId })).errors[0]!.extensions.code).toBe("NOT_FOUND");
  expect((await admin.ask(ALL, { userId: stranger.userId })).data).toMatchObject({
    revokeSessions: { revoked: 0 },
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("AT-02 a used refresh token ends the family, whoever comes second, the thief or the owner", async () => {
  for (const second of ["thief", "owner"] as const) {
    const { user, browsers } = await signedIn(1);
    const [owner, thief] = [browsers[0]!, new Browser(api, "curl/8.5.0")];
    thief.cookie = owner.cookie;
    const [early, late] = second === "thief" ? [owner, thief] : [thief, owner];
    expect(await early.refresh()).toBe("RefreshSessionSuccess");
    await api.db.sql(
      "update refresh_token set used_at = used_at - interval '11 seconds' where session_id in (select id from session where user_id = $1)",
      [user.userId],
    );
    late.accessToken = null;
    expect(await late.refresh()).toBe("InvalidCredentials");
    await isOut(early);
    early.accessToken = null;
    expect(await early.refresh()).toBe("InvalidCredentials");
    expect(await reasons(user.userId)).toEqual([{ reason: "REFRESH_TOKEN_REUSED" }]);
    expect(
      await api.db.sql(
        "select outcome, reason_code from event where action = 'auth.token.reuse_detected' and targets @> jsonb_build_array(jsonb_build_object('id', $1::text))",
        [user.userId],
      ),
    ).toEqual([{ outcome: "DENIED", reason_code: "REFRESH_TOKEN_REUSED" }]);
    // A3: its owner is told, once.
    await post.deliver();
    const mails = await post.mailsTo(user.email);
    expect(mails.map((mail) => mail.subject)).toEqual(["We ended one of your Postwatch sessions"]);
    expect(mails[0]!.text).toContain("https://mail.example.com/admin/forgot-password");
  }
});

test("A3 fifty refreshes at once over HTTP have one child, and each of them gets it", async () => {
  const { user, browsers } = await signedIn(1);
  const tabs = Array.from({ length: 50 }, () =>
    Object.assign(new Browser(api), { cookie: browsers[0]!.cookie }),
  );
  expect(await Promise.all(tabs.map((tab) => tab.refresh()))).toEqual(
    Array(50).fill("RefreshSessionSuccess"),
  );
  expect(new Set(tabs.map(({ cookie }) => cookie)).size).toBe(1);
  expect(tabs[0]!.cookie).not.toBe(browsers[0]!.cookie);
  expect(
    await api.db.sql(
      "select count(*) from refresh_token r join session s on s.id = r.session_id where s.user_id = $1",
      [user.userId],
    ),
  ).toEqual([{ count: 2 }]);
  expect(await tabs[7]!.refresh()).toBe("RefreshSessionSuccess");
});

test("A4 a refresh token is no access token, and the reverse", async () => {
  const { browsers } = await signedIn(1);
  const { cookie, accessToken } = browsers[0]!;
  const confused = new Browser(api);
  confused.accessToken = cookie!.split("=")[1]!;
  expect(await confused.isSignedIn()).toBe(false);
  confused.accessToken = null;
  confused.cookie = `${cookie!.split("=")[0]}=${accessToken}`;
  expect(await confused.refresh()).toBe("InvalidCredentials");
});

test("A6 each sign-in opens a new session, in a cookie that no script and no other site gets", async () => {
  const { user, browsers } = await signedIn(2);
  expect(browsers[0]!.cookie).not.toBe(browsers[1]!.cookie);
  const [cookie, before] = [browsers[0]!.cookie, (await list(browsers[1]!)).length];
  // A cookie that somebody has planted is not kept.
  const planted = Object.assign(new Browser(api), { cookie });
  expect(await planted.signIn(user.email, GOOD_PASSWORD)).toBe("SignInSuccess");
  expect(planted.cookie).not.toBe(cookie);
  expect((await list(browsers[1]!)).length).toBe(before + 1);
  const { headers } = await planted.ask(`mutation { refreshSession { __typename } }`);
  expect(headers.get("set-cookie")).toMatch(
    /^__Host-postwatch_refresh=[\w-]{43}\.[\da-f-]{36}\.[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
  );
});
