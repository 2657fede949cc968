import { afterAll, beforeAll, expect, test } from "vitest";
import { requestPasswordReset, signIn } from "../../domain/users/index.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword, stranger, UNTHROTTLED } from "../support/passwords.js";
import { postOf, PUBLIC_URL, type Post } from "../support/transactional-mail.js";

let api: Api;
let post: Post;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  post = postOf(api);
});
afterAll(() => api.close());

const NEW = "eleven white storks";
const REQUEST = `mutation ($email: String!) { requestPasswordReset(email: $email) { __typename
  ... on RequestPasswordResetSuccess { requested } ... on Error { code message path } } }`;
const RESET = `mutation ($token: String!, $password: String!) { resetPassword(token: $token, password: $password) {
  __typename ... on ResetPasswordSuccess { reset } ... on Error { code message path } } }`;

const someone = () => makeUserWithPassword(api.db, { tenantId: api.tenantId });
const inState = async (status: string) => {
  const user = await someone();
  await api.db.sql("update app_user set status = $2 where id = $1", [user.userId, status]);
  return user.email;
};
const request = async (email: string) => (await api.as("ANONYMOUS")).ask(REQUEST, { email });
async function reset(token: string, password = NEW): Promise<unknown> {
  const { data } = await (
    await api.as("ANONYMOUS")
  ).ask<{ resetPassword: object }>(RESET, { token, password });
  return data!.resetPassword;
}
async function tokenFor(email: string): Promise<string> {
  await request(email);
  return eventually(() => post.tokenFor(email).catch(() => ""));
}
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

test("AT-08 who asks for a reset is told the same, whoever has the address", async () => {
  const addresses = [
    (await someone()).email,
    (await someone()).email.toUpperCase(),
    "nobody-has-this@example.org",
    await inState("SUSPENDED"),
    await inState("INVITED"),
    await inState("ERASED"),
  ];
  const answers = [];
  for (const email of addresses) {
    const { status, text, headers } = await request(email);
    // What counts this network's own requests is of no account.
    const told = [...headers].filter(([name]) => !/^(date|x-request-id|x-ratelimit-.*)$/.test(name));
    answers.push({ status, text, told });
  }
  expect(answers[0]).toMatchObject({
    status: 200,
    text: '{"data":{"requestPasswordReset":{"__typename":"RequestPasswordResetSuccess","requested":true}}}\n',
  });
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  // Two of them have an account that can be signed in to.
  const links = () => api.db.sql("select id from one_time_token");
  await eventually(links, (rows) => rows.length === 2);
  await post.deliver();
  expect(api.smtp.accepted.map(({ to }) => to[0]!.toLowerCase())).toEqual(
    addresses.slice(0, 2).map((email) => email.toLowerCase()),
  );
});

test("AT-08 the answer waits for nothing that an account has: with all accounts locked it comes all the same", async () => {
  const { email } = await someone();
  const keeper = await api.db.database.pool.connect();
  await keeper.query("begin; lock table app_user, membership, one_time_token in access exclusive mode");
  try {
    for (const address of [email, "nobody-has-this@example.org"])
      expect((await request(address)).data).toMatchObject({ requestPasswordReset: { requested: true } });
  } finally {
    await keeper.query("rollback");
    keeper.release();
  }
  expect(await eventually(() => post.tokenFor(email).catch(() => ""))).not.toBe("");
});

test("AT-08 asking takes as long for an address with an account as for one without", async () => {
  const known = (await someone()).email;
  const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
  for (let round = 0; round < 60; round += 1)
    for (const kind of round % 2 ? (["known", "unknown"] as const) : (["unknown", "known"] as const)) {
      const email = kind === "known" ? known : `nobody-${round}@example.org`;
      const later: Promise<unknown>[] = [];
      const start = performance.now();
      await requestPasswordReset(stranger(api.db), UNTHROTTLED, { email }, (work) => later.push(work));
      times[kind].push(performance.now() - start);
      expect(later).toHaveLength(1);
      await Promise.all(later);
    }
  // A look into the database alone would be several times as long.
  const [a, b] = [median(times.known), median(times.unknown)];
  expect(Math.max(a, b) / Math.min(a, b), `${a} ms, ${b} ms`).toBeLessThan(3);
});

test("A7 a refused sign-in takes as long for an address with an account as for one without", async () => {
  const known = [(await someone()).email, await inState("SUSPENDED")];
  const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
  const attempt = async (kind: "known" | "unknown", email: string) => {
    const start = performance.now();
    const input = { email, password: "not the password" };
    await expect(signIn(stranger(api.db), UNTHROTTLED, input)).rejects.toMatchObject({
      code: "INVALID_CREDENTIALS",
    });
    times[kind].push(performance.now() - start);
  };
  for (let round = 0; round < 20; round += 1) {
    await attempt("known", known[round % 2]!);
    await attempt("unknown", `nobody-${round}@example.org`);
  }
  const [a, b] = [median(times.known), median(times.unknown)];
  expect(Math.max(a, b) / Math.min(a, b), `${a} ms, ${b} ms`).toBeLessThan(1.6);
});

test("a reset gives a new password, ends every session, and a mail tells", async () => {
  const { email, userId } = await someone();
  const browser = new Browser(api);
  expect(await browser.signIn(email, GOOD_PASSWORD)).toBe("SignInSuccess");
  expect(await reset(await tokenFor(email))).toEqual({ __typename: "ResetPasswordSuccess", reset: true });
  await eventually(async () => !(await browser.isSignedIn()), Boolean, 1_000);
  browser.accessToken = null;
  expect(await browser.refresh()).toBe("InvalidCredentials");
  expect(await api.db.sql("select distinct revoke_reason from session where user_id = $1", [userId])).toEqual(
    [{ revoke_reason: "PASSWORD_RESET" }],
  );
  expect(await browser.signIn(email, GOOD_PASSWORD)).toBe("InvalidCredentials");
  expect(await browser.signIn(email, NEW)).toBe("SignInSuccess");
  await post.deliver();
  expect((await post.mailsTo(email)).map(({ subject }) => subject)).toEqual([
    "Choose a new password for Postwatch",
    "Your Postwatch password was changed",
  ]);
  expect(
    await api.db.sql(
      "select action, outcome, actor_kind from event where targets @> jsonb_build_array(jsonb_build_object('id', $1::text)) and action like 'auth.password%' order by at",
      [userId],
    ),
  ).toEqual([
    { action: "auth.password.reset_requested", outcome: "SUCCESS", actor_kind: "ANONYMOUS" },
    { action: "auth.password.reset_completed", outcome: "SUCCESS", actor_kind: "ANONYMOUS" },
  ]);
});

test("A12 a reset lets somebody in again whom guesses have locked out", async () => {
  const { email } = await someone();
  for (let at = 0; at < 5; at += 1)
    expect(await new Browser(api).signIn(email, `guess number ${at}`)).toBe("InvalidCredentials");
  expect(await new Browser(api).signIn(email, GOOD_PASSWORD)).toBe("RATE_LIMITED");
  expect(await reset(await tokenFor(email))).toMatchObject({ reset: true });
  expect(await new Browser(api).signIn(email, NEW)).toBe("SignInSuccess");
});

test("a weak password is refused by its rule and the link stays good", async () => {
  const { email } = await someone();
  const token = await tokenFor(email);
  const before = await checksum(api.db);
  for (const weak of ["short", "x".repeat(129), "password2026!", email])
    expect(await reset(token, weak)).toMatchObject({ __typename: "InvalidInput", path: ["password"] });
  expect(await checksum(api.db)).toBe(before);
  expect(await reset(token)).toMatchObject({ reset: true });
});

test("whoever is suspended meanwhile resets nothing, whatever link they hold", async () => {
  const { email, userId } = await someone();
  const token = await tokenFor(email);
  const admin = await api.as("ADMIN");
  const suspended = await admin.ask(`mutation { suspendUser(id: "${userId}") { __typename } }`);
  expect(suspended.data).toEqual({ suspendUser: { __typename: "SuspendUserSuccess" } });
  const before = await checksum(api.db);
  expect(await reset(token)).toMatchObject({ code: "INVALID_CREDENTIALS" });
  expect(await checksum(api.db)).toBe(before);
});

test("at most three mails an hour go to an address, and nobody is told", async () => {
  const { email } = await someone();
  const answers = [];
  for (let at = 0; at < 5; at += 1) answers.push((await request(email)).text);
  expect(new Set(answers).size).toBe(1);
  const made = () =>
    api.db.sql("select t.id from one_time_token t join app_user u on u.id = t.user_id where u.email = $1", [
      email,
    ]);
  await eventually(made, (rows) => rows.length === 3);
});

test("what is no address is refused before anything is done", async () => {
  const before = await checksum(api.db);
  expect((await request("no address")).data).toMatchObject({
    requestPasswordReset: { __typename: "InvalidInput", path: ["email"] },
  });
  expect(await checksum(api.db)).toBe(before);
});
