import { afterAll, beforeAll, expect, test } from "vitest";
import { checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { postOf, PUBLIC_URL } from "../support/transactional-mail.js";
import { ACTOR_LABEL as LABEL } from "../support/database.js";

let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
});
afterAll(() => api.close());

const NEW = "eleven white storks";
const CHANGE = `mutation ($current: String!, $new: String!) {
  changePassword(currentPassword: $current, newPassword: $new) { __typename
    ... on ChangePasswordSuccess { changed } ... on Error { code message path } } }`;

async function signedIn(count: number) {
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const browsers = Array.from({ length: count }, () => new Browser(api));
  for (const browser of browsers)
    expect(await browser.signIn(user.email, GOOD_PASSWORD)).toBe("SignInSuccess");
  return { user, browsers };
}
async function change(browser: Browser, current: string, wanted: string): Promise<unknown> {
  const { data, errors } = await browser.ask<{ changePassword: object }>(CHANGE, { current, new: wanted });
  return data?.changePassword ?? { code: errors[0]!.extensions.code };
}

test("a new password ends all other sessions and every open link, keeps this one, and a mail tells", async () => {
  const { user, browsers } = await signedIn(3);
  const post = postOf(api);
  await browsers[0]!.ask(`mutation { requestPasswordReset(email: "${user.email}") { __typename } }`);
  const token = await eventually(() => post.tokenFor(user.email).catch(() => ""));
  expect(await change(browsers[0]!, GOOD_PASSWORD, NEW)).toEqual({
    __typename: "ChangePasswordSuccess",
    changed: true,
  });
  expect(await browsers[0]!.isSignedIn()).toBe(true);
  for (const other of browsers.slice(1)) {
    await eventually(async () => !(await other.isSignedIn()), Boolean, 1_000);
    other.accessToken = null;
    expect(await other.refresh()).toBe("InvalidCredentials");
  }
  const reset = `mutation ($token: String!) { resetPassword(token: $token, password: "twelve grey geese") { __typename } }`;
  expect((await browsers[0]!.ask(reset, { token })).data).toEqual({
    resetPassword: { __typename: "InvalidCredentials" },
  });
  expect(await new Browser(api).signIn(user.email, GOOD_PASSWORD)).toBe("InvalidCredentials");
  expect(await new Browser(api).signIn(user.email, NEW)).toBe("SignInSuccess");
  await post.deliver();
  expect((await post.mailsTo(user.email)).at(-1)!.subject).toBe("Your Postwatch password was changed");
  const [event] = await api.db.sql<{ targets: { type: string; id: string }[] }>(
    `select targets, outcome, ${LABEL}, changes from event where action = 'auth.password.changed'`,
  );
  expect(event).toMatchObject({ outcome: "SUCCESS", actor_label: user.email, changes: [] });
  // The person, and each session that ended: the two others and the one that they were made with.
  expect(event!.targets.map(({ type }) => type)).toEqual(["user", "session", "session", "session"]);
});

test("a wrong current password changes nothing", async () => {
  const { browsers } = await signedIn(2);
  const before = await checksumBesideRefusals(api.db);
  expect(await change(browsers[0]!, "not the password", NEW)).toEqual({
    __typename: "InvalidCredentials",
    code: "INVALID_CREDENTIALS",
    message: "The current password is wrong.",
    path: null,
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("A14 guesses here and at sign-in are counted together; the right password has to wait too", async () => {
  const { user, browsers } = await signedIn(1);
  for (let at = 0; at < 3; at += 1)
    expect(await change(browsers[0]!, `guess number ${at}`, NEW)).toMatchObject({
      code: "INVALID_CREDENTIALS",
    });
  for (let at = 0; at < 2; at += 1)
    expect(await new Browser(api).signIn(user.email, `guess number ${at}`)).toBe("InvalidCredentials");
  const before = await checksumBesideRefusals(api.db);
  expect(await change(browsers[0]!, GOOD_PASSWORD, NEW)).toEqual({ code: "RATE_LIMITED" });
  expect(await new Browser(api).signIn(user.email, GOOD_PASSWORD)).toBe("RATE_LIMITED");
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("a weak new password is refused by its rule, costs no try and changes nothing", async () => {
  const { user, browsers } = await signedIn(1);
  const before = await checksumBesideRefusals(api.db);
  for (const [wanted, message] of [
    ["short", "A password has at least 12 characters."],
    ["x".repeat(129), "A password has at most 128 characters."],
    ["password2026!", "This password is one of those that are tried first. Choose another."],
    [user.email, "A password is not made of your name, your address or ours."],
    ["passwordpassword", "This password is one of those that are tried first. Choose another."],
    ["qwerty2026!!", "This password is one of those that are tried first. Choose another."],
    ["seven\u0000herons!", "A password has no control characters."],
  ])
    expect(await change(browsers[0]!, "not the password", wanted!)).toEqual({
      __typename: "InvalidInput",
      code: "BAD_USER_INPUT",
      message,
      path: ["newPassword"],
    });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  expect(await change(browsers[0]!, GOOD_PASSWORD, NEW)).toMatchObject({ changed: true });
});

test("a stranger changes no password", async () => {
  const before = await checksumBesideRefusals(api.db);
  expect(await change(new Browser(api), GOOD_PASSWORD, NEW)).toEqual({ code: "UNAUTHENTICATED" });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});
