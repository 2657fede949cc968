import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { postOf, PUBLIC_URL } from "../support/transactional-mail.js";

let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
});
afterAll(() => api.close());

const ACCEPT = `mutation ($token: String!, $password: String!, $key: String) {
  acceptInvitation(token: $token, password: $password, idempotencyKey: $key) { __typename
    ... on AcceptInvitationSuccess { accessToken } ... on Error { code message } } }`;
const SIGN_OUT = "mutation { signOut { __typename } }";

const sessionsOf = (userId: string) =>
  api.db.sql<{ id: string; reason: string | null }>(
    `select id, revoke_reason as reason from session where user_id = $1 and ip is not null order by created_at`,
    [userId],
  );
const age = (userId: string) =>
  api.db.sql(
    "update refresh_token set used_at = used_at - interval '11 seconds' where session_id in (select id from session where user_id = $1)",
    [userId],
  );
async function signedIn(key: string) {
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const browser = new Browser(api);
  expect(await browser.signIn(user.email, GOOD_PASSWORD, key)).toBe("SignInSuccess");
  const again = new Browser(api);
  return { user, browser, again, repeat: () => again.signIn(user.email, GOOD_PASSWORD, key) };
}

test("a sign-in that comes again by its key gets the same session while nobody has gone on with it", async () => {
  const { user, browser, again, repeat } = await signedIn(randomUUID());
  expect(await repeat()).toBe("SignInSuccess");
  expect(again.cookie).toBe(browser.cookie);
  expect(await sessionsOf(user.userId)).toHaveLength(1);
  expect(await again.refresh()).toBe("RefreshSessionSuccess");
});

test("after the sign-out it gets a session of its own that is alive; the ended one stays ended", async () => {
  const { user, browser, again, repeat } = await signedIn(randomUUID());
  const first = browser.cookie;
  await browser.ask(SIGN_OUT);
  expect(await repeat()).toBe("SignInSuccess");
  expect(again.cookie).not.toBe(first);
  expect(await again.isSignedIn()).toBe(true);
  expect(await again.refresh()).toBe("RefreshSessionSuccess");
  expect(await sessionsOf(user.userId)).toMatchObject([{ reason: "SIGNED_OUT" }, { reason: null }]);
});

test("after the session has gone on it gets another one, and neither ends the other", async () => {
  const { user, browser, again, repeat } = await signedIn(randomUUID());
  expect(await browser.refresh()).toBe("RefreshSessionSuccess");
  await age(user.userId);
  expect(await repeat()).toBe("SignInSuccess");
  expect(await again.refresh()).toBe("RefreshSessionSuccess");
  expect(await browser.refresh()).toBe("RefreshSessionSuccess");
  expect(await sessionsOf(user.userId)).toMatchObject([{ reason: null }, { reason: null }]);
});

test("with a wrong password, or suspended meanwhile, the key opens nothing", async () => {
  const key = randomUUID();
  const { user, browser, again, repeat } = await signedIn(key);
  await browser.ask(SIGN_OUT);
  expect(await again.signIn(user.email, "not the password", key)).toBe("InvalidCredentials");
  await api.db.sql("update app_user set status = 'SUSPENDED' where id = $1", [user.userId]);
  expect(await repeat()).toBe("InvalidCredentials");
  expect(await sessionsOf(user.userId)).toHaveLength(1);
});

test("a refresh that comes again by its key after its answer was used is refused, and the session lives on", async () => {
  const { user, browser } = await signedIn(randomUUID());
  const [cookie, key] = [browser.cookie, randomUUID()];
  expect(await browser.refresh(key)).toBe("RefreshSessionSuccess");
  expect(await browser.refresh()).toBe("RefreshSessionSuccess");
  await age(user.userId);
  const late = Object.assign(new Browser(api), { cookie });
  expect(await late.refresh(key)).toBe("InvalidCredentials");
  expect(late.cookie).toBe(cookie);
  expect(await browser.refresh()).toBe("RefreshSessionSuccess");
  expect(await sessionsOf(user.userId)).toMatchObject([{ reason: null }]);
});

test("an invitation that is accepted again by its key is told to sign in once its session has ended or gone on", async () => {
  for (const end of ["signed out", "gone on"]) {
    const email = `new-${randomUUID().slice(0, 8)}@example.org`;
    const invite = `mutation { inviteUser(input: { email: "${email}", role: USER }) { __typename } }`;
    await (await api.as("ADMIN")).ask(invite);
    const variables = {
      token: await postOf(api).tokenFor(email),
      password: GOOD_PASSWORD,
      key: randomUUID(),
    };
    const browser = new Browser(api);
    const accept = async (by: Browser) =>
      (await by.ask<{ acceptInvitation: { __typename: string } }>(ACCEPT, variables)).data!.acceptInvitation;
    expect(await accept(browser)).toMatchObject({ __typename: "AcceptInvitationSuccess" });
    expect(await accept(new Browser(api))).toMatchObject({ __typename: "AcceptInvitationSuccess" });
    const next = Object.assign(new Browser(api), { cookie: browser.cookie });
    if (end === "signed out") await next.ask(SIGN_OUT);
    else expect(await next.refresh()).toBe("RefreshSessionSuccess");
    const late = new Browser(api);
    expect(await accept(late)).toEqual({
      __typename: "InvalidCredentials",
      code: "INVALID_CREDENTIALS",
      message: "The invitation was accepted before. Sign in.",
    });
    expect(late.cookie).toBe(null);
    if (end === "gone on") expect(await next.refresh()).toBe("RefreshSessionSuccess");
  }
});
