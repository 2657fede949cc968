import { createSecretKey, randomUUID } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { idOfToken, tokenOf } from "../../domain/users/index.js";
import { Database } from "../../platform/database/database.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { makeUserWithPassword } from "../support/passwords.js";
import { postOf, PUBLIC_URL, type Post } from "../support/transactional-mail.js";

let api: Api;
let post: Post;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  post = postOf(api);
});
afterAll(() => api.close());

const PASSWORD = "eleven white storks";
const INVITE = `mutation ($email: String!) { inviteUser(input: { email: $email, role: USER }) { __typename
  ... on InviteUserSuccess { user { id } } } }`;
const ACCEPT = `mutation ($token: String!, $password: String!) {
  acceptInvitation(token: $token, password: $password) { __typename } }`;
const RESET = `mutation ($token: String!, $password: String!) {
  resetPassword(token: $token, password: $password) { __typename } }`;

async function invited(): Promise<string> {
  const email = `new-${randomUUID().slice(0, 8)}@example.org`;
  await (await api.as("ADMIN")).ask(INVITE, { email });
  return email;
}
/** Somebody with an account whose newest reset link this is. */
async function resetFor(email: string): Promise<string> {
  const before = (await post.mailsTo(email)).length;
  await (
    await api.as("ANONYMOUS")
  ).ask(`mutation ($email: String!) { requestPasswordReset(email: $email) { __typename } }`, { email });
  return eventually(async () => {
    await post.deliver();
    return (await post.mailsTo(email)).length > before ? post.tokenFor(email) : "";
  });
}
async function use(document: string, token: string, password = PASSWORD): Promise<string> {
  const { data } = await (
    await api.as("ANONYMOUS")
  ).ask<Record<string, { __typename: string }>>(document, { token, password });
  return Object.values(data!)[0]!.__typename;
}
const someone = async () => (await makeUserWithPassword(api.db, { tenantId: api.tenantId })).email;
const NOT_GOOD = expect.objectContaining({ code: "INVALID_CREDENTIALS" });

test("a link's secret has 256 bits, which only the installation's key makes from its id", async () => {
  const id = randomUUID();
  const token = tokenOf(api.db.database, id);
  expect(token).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
  expect(Buffer.from(token.split(".")[1]!, "base64url")).toHaveLength(32);
  expect(idOfToken(api.db.database, token)).toBe(id);
  const stolen = await Database.open(api.db.url, {
    poolSize: 1,
    statementTimeoutMs: 1_000,
    applicationName: "whoever has the database",
    secret: createSecretKey(Buffer.from("another key of 32 characters ....")),
  });
  try {
    expect(tokenOf(stolen, id)).not.toBe(token);
    expect(() => idOfToken(api.db.database, tokenOf(stolen, id))).toThrowError(NOT_GOOD);
  } finally {
    await stolen.close();
  }
});

test("of all the spellings of a link only the one that was mailed opens it", () => {
  const token = tokenOf(api.db.database, randomUUID());
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const spellings = [...token].flatMap((old, at) =>
    // The last letter of each part has spare bits, so there all 63 others are tried.
    [...(at === 21 || at === 65 ? alphabet : "Aq_")]
      .filter((letter) => letter !== old && old !== ".")
      .map((letter) => token.slice(0, at) + letter + token.slice(at + 1)),
  );
  expect(spellings.length).toBeGreaterThan(300);
  for (const other of [...spellings, ` ${token}`, `${token}=`, token.replace(".", ""), `${token}\n`, "."])
    expect(() => idOfToken(api.db.database, other), other).toThrowError(NOT_GOOD);
});

test("twenty who use one link at the same moment: one of them gets in", async () => {
  const token = await post.tokenFor(await invited());
  const ends = await Promise.all(Array.from({ length: 20 }, () => use(ACCEPT, token)));
  expect(ends.filter((end) => end === "AcceptInvitationSuccess")).toHaveLength(1);
  expect(ends.filter((end) => end === "InvalidCredentials")).toHaveLength(19);
});

test("nothing that reads uses a link up: GET is refused, and nothing changes", async () => {
  const token = await post.tokenFor(await invited());
  const before = await checksum(api.db);
  const stranger = await api.as("ANONYMOUS");
  const mutation = `mutation { acceptInvitation(token: "${token}", password: "${PASSWORD}") { __typename } }`;
  const answers = [
    await stranger.fetch(`/graphql?query=${encodeURIComponent(mutation)}`),
    await stranger.fetch(`/admin/invitation?token=${token}`),
    await stranger.fetch(`/admin/invitation`, { method: "HEAD" }),
  ];
  expect(answers[0]!.status).toBe(405);
  expect(await checksum(api.db)).toBe(before);
  expect(await use(ACCEPT, token)).toBe("AcceptInvitationSuccess");
});

test("A20 only the newest link of a person is good, for its own purpose and its own time", async () => {
  const email = await someone();
  const first = await resetFor(email);
  const second = await resetFor(email);
  expect(await use(RESET, first)).toBe("InvalidCredentials");
  expect(await use(ACCEPT, second)).toBe("InvalidCredentials");
  const age = (minutes: number) =>
    api.db.sql(
      "update one_time_token set expires_at = expires_at - make_interval(mins => $2) where id = $1",
      [idOfToken(api.db.database, second), minutes],
    );
  await age(61);
  const before = await checksum(api.db);
  expect(await use(RESET, second)).toBe("InvalidCredentials");
  expect(await checksum(api.db)).toBe(before);
  await age(-2);
  expect(await use(RESET, second)).toBe("ResetPasswordSuccess");
  expect(await use(RESET, second)).toBe("InvalidCredentials");
});

test.each([
  ["an invitation", 72],
  ["a reset", 1],
])("%s is good for %i hours", async (what, hours) => {
  const token = what === "a reset" ? await resetFor(await someone()) : await post.tokenFor(await invited());
  expect(
    await api.db.sql(
      "select extract(epoch from expires_at - created_at)::int as good from one_time_token where id = $1",
      [idOfToken(api.db.database, token)],
    ),
  ).toEqual([{ good: hours * 3600 }]);
});

test("A20 a Host header does not bend the link of a mail", async () => {
  const email = await someone();
  const { port } = new URL(api.url);
  const query = `mutation { requestPasswordReset(email: "${email}") { __typename } }`;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      host: "evil.example.net",
      "x-forwarded-host": "evil.example.net",
      forwarded: "host=evil.example.net",
      "content-type": "application/json",
    };
    request({ host: "127.0.0.1", port, path: "/graphql", method: "POST", headers }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    })
      .once("error", reject)
      .end(JSON.stringify({ query }));
  });
  expect(status).toBe(200);
  const link = await eventually(() => post.linkFor(email).catch(() => ""));
  expect(link.startsWith(`${PUBLIC_URL}/admin/reset-password#token=`)).toBe(true);
  expect(JSON.stringify(await post.mailsTo(email))).not.toContain("evil.example.net");
});

test("A27 the secret of a link is in no row and in no line of the log", async () => {
  const tokens = [await post.tokenFor(await invited()), await resetFor(await someone())];
  expect(await use(ACCEPT, tokens[0]!)).toBe("AcceptInvitationSuccess");
  expect(await use(RESET, tokens[1]!)).toBe("ResetPasswordSuccess");
  const tables = await api.db.sql<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const secrets = tokens.flatMap((token) => {
    const bytes = Buffer.from(token.split(".")[1]!, "base64url");
    return [token.split(".")[1]!, bytes.toString("hex"), bytes.toString("base64")];
  });
  let rows = 0;
  for (const { name } of tables)
    for (const { text } of await api.db.sql<{ text: string }>(`select t::text as text from "${name}" t`)) {
      rows += 1;
      expect(
        secrets.filter((secret) => text.includes(secret)),
        name,
      ).toEqual([]);
    }
  expect(rows).toBeGreaterThan(50);
  expect(api.logLines.length).toBeGreaterThan(10);
  expect(
    api.logLines.filter((line) => [...secrets, PASSWORD].some((secret) => line.includes(secret))),
  ).toEqual([]);
});

test("JB-06 a link is mailed to nobody but its owner, whatever an administrator makes of a job's payload", async () => {
  const [victim, admin] = [await someone(), api.people.ADMIN];
  await resetFor(victim);
  const [link] = await api.db.sql<{ id: string }>(
    `select id from one_time_token where purpose = 'PASSWORD_RESET' and used_at is null
       and user_id = (select id from app_user where email = $1)`,
    [victim],
  );
  await resetFor(admin.email);
  const [job] = await api.db.sql<{ id: string }>(
    `update job set state = 'FAILED', finished_at = now()
     where payload->>'userId' = $1 and payload->>'notice' = 'PASSWORD_RESET' returning id`,
    [admin.userId],
  );
  const [mails, before] = [
    (await post.mailsTo(admin.email)).length,
    await api.db.sql("select * from one_time_token where id = $1", [link!.id]),
  ];
  const retry = `mutation ($id: ID!, $payload: JSONObject!) { retryJob(id: $id, payload: $payload) { __typename } }`;
  for (const notice of ["PASSWORD_RESET", "INVITATION", "PASSWORD_CHANGED"]) {
    const { data, errors } = await (
      await api.as("ADMIN")
    ).ask<{ retryJob: { __typename: string } }>(retry, {
      id: job!.id,
      payload: { notice, userId: admin.userId, tokenId: link!.id },
    });
    expect(errors).toEqual([]);
    expect(data!.retryJob.__typename).toBe("RetryJobSuccess");
    await post.deliver();
    await api.db.sql("update job set state = 'FAILED', finished_at = now() where id = $1", [job!.id]);
  }
  expect((await post.mailsTo(admin.email)).length).toBe(mails);
  expect(await api.db.sql("select * from one_time_token where id = $1", [link!.id])).toEqual(before);
});
