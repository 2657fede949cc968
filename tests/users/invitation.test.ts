import { randomUUID } from "node:crypto";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { makeTeam, makeUser } from "../support/database.js";
import { postOf, PUBLIC_URL } from "../support/transactional-mail.js";

let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
});
afterAll(() => api.close());

const INVITE = `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { __typename
  ... on InviteUserSuccess { user { id email name role status invitation { expiresAt } teams { id } } }
  ... on Error { code message path } } }`;
const ACCEPT = `mutation ($token: String!, $password: String!, $name: String, $key: String) {
  acceptInvitation(token: $token, password: $password, name: $name, idempotencyKey: $key) { __typename
    ... on AcceptInvitationSuccess { accessToken user { id email name role } } ... on Error { code message path } } }`;

interface Invited {
  inviteUser: { __typename: string; code?: string; path?: string[]; user: { id: string; email: string } };
}
const invite = async (input: object, as: "ADMIN" | "MANAGER" = "ADMIN") =>
  (await api.as(as)).ask<Invited>(INVITE, { input });

const mailTo = (email: string) => api.smtp.accepted.filter((mail) => mail.to.includes(email)).at(-1)!;
const linkFor = (email: string) => postOf(api).linkFor(email);

const address = () => `new-${randomUUID().slice(0, 8)}@example.org`;

test("an invited person accepts by the link of the mail and is signed in", async () => {
  const email = address();
  const { data, headers } = await invite({ email, role: "MANAGER", name: "Bo Berg" });
  expect(data?.inviteUser).toMatchObject({
    __typename: "InviteUserSuccess",
    user: { email, status: "INVITED" },
  });
  const link = await linkFor(email);
  expect(link).toMatch(/^https:\/\/mail\.example\.com\/admin\/invitation#token=[\w-]{22}\.[\w-]{43}$/);
  const mail = await simpleParser(mailTo(email).raw);
  expect(mail.headers.get("x-request-id")).toBe(headers.get("x-request-id"));
  expect(mail.from?.value[0]).toEqual({ name: "Postwatch", address: "no-reply@mail.example.com" });

  const stranger = await api.as("ANONYMOUS");
  const token = link.split("#token=")[1]!;
  const accepted = await stranger.ask<{ acceptInvitation: { accessToken: string } }>(ACCEPT, {
    token,
    password: "seven green herons",
  });
  expect(accepted.data?.acceptInvitation).toMatchObject({
    __typename: "AcceptInvitationSuccess",
    user: { email, name: "Bo Berg", role: "MANAGER" },
  });
  expect(accepted.headers.get("set-cookie")).toMatch(/postwatch_refresh=[\w-]{43}.*HttpOnly/);
  const speaker = api.withHeader(`Bearer ${accepted.data!.acceptInvitation.accessToken}`);
  expect((await speaker.ask("{ me { email role } }")).data).toEqual({ me: { email, role: "MANAGER" } });
});

test("opening the link changes nothing; it is used once", async () => {
  const email = address();
  await invite({ email, role: "USER" });
  const link = new URL(await linkFor(email));
  const before = await checksumBesideRefusals(api.db);
  for (const path of [link.pathname, "/admin/invitation"])
    expect((await (await api.as("ANONYMOUS")).fetch(path)).status).toBeLessThan(500);
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  const accept = async (password: string) =>
    (await api.as("ANONYMOUS")).ask(ACCEPT, { token: link.hash.slice("#token=".length), password });
  expect((await accept("seven green herons")).data).toMatchObject({
    acceptInvitation: { __typename: "AcceptInvitationSuccess" },
  });
  expect((await accept("eight green herons")).data).toMatchObject({
    acceptInvitation: { __typename: "InvalidCredentials", code: "INVALID_CREDENTIALS" },
  });
});

test("a weak password is refused, naming the rule, and the link stays good", async () => {
  const email = address();
  await invite({ email, role: "USER", name: "Ana Lindqvist" });
  const token = new URL(await linkFor(email)).hash.slice("#token=".length);
  const before = await checksumBesideRefusals(api.db);
  for (const [password, rule] of [
    ["short", /at least 12/],
    ["x".repeat(129), /at most 128/],
    ["passwordpassword", /tried first/],
    ["Lindqvist2026!", /your name/],
  ] as const) {
    const { data } = await (
      await api.as("ANONYMOUS")
    ).ask<{ acceptInvitation: object }>(ACCEPT, { token, password });
    expect(data?.acceptInvitation).toMatchObject({ __typename: "InvalidInput", path: ["password"] });
    expect(data?.acceptInvitation).toMatchObject({ message: expect.stringMatching(rule) });
  }
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("a second invitation ends the first link; a changed or made-up link opens nothing", async () => {
  const email = address();
  const { data } = await invite({ email, role: "USER" });
  const first = new URL(await linkFor(email)).hash.slice("#token=".length);
  const resent = await (
    await api.as("ADMIN")
  ).ask(`mutation ($id: ID!) { resendInvitation(id: $id) { __typename } }`, { id: data!.inviteUser.user.id });
  expect(resent.data).toEqual({ resendInvitation: { __typename: "ResendInvitationSuccess" } });
  const second = new URL(await linkFor(email)).hash.slice("#token=".length);
  const forged = [
    first,
    `${second.slice(0, -1)}${second.endsWith("A") ? "B" : "A"}`,
    second.split(".")[0]!,
    "",
    "x.y",
  ];
  for (const token of forged)
    expect(
      (await (await api.as("ANONYMOUS")).ask(ACCEPT, { token, password: "seven green herons" })).data,
    ).toMatchObject({
      acceptInvitation: { __typename: "InvalidCredentials" },
    });
});

test("the same key and password open one session, another password is a conflict", async () => {
  const email = address();
  await invite({ email, role: "USER" });
  const token = new URL(await linkFor(email)).hash.slice("#token=".length);
  const accept = async (password: string) =>
    (
      await (
        await api.as("ANONYMOUS")
      ).ask<{ acceptInvitation: object }>(ACCEPT, { token, password, key: "one" })
    ).data?.acceptInvitation;
  const answers = await Promise.all([1, 2, 3].map(() => accept("seven green herons")));
  expect(answers.map((answer) => (answer as { __typename: string }).__typename)).toEqual(
    Array(3).fill("AcceptInvitationSuccess"),
  );
  const sessions = await api.db.sql(
    "select s.id from session s join app_user u on u.id = s.user_id where u.email = $1",
    [email],
  );
  expect(sessions).toHaveLength(1);
  expect(await accept("eight green herons")).toMatchObject({
    __typename: "Conflict",
    path: ["idempotencyKey"],
  });
});

test("somebody who is here already is not invited again, and nothing changes", async () => {
  const before = await checksumBesideRefusals(api.db);
  const { data } = await invite({ email: api.people.USER.email.toUpperCase(), role: "ADMIN" });
  expect(data?.inviteUser).toMatchObject({ __typename: "Conflict", path: ["email"] });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("Z9 a manager invites users into own teams only", async () => {
  const [own, other] = [
    await makeTeam(api.db.database, api.tenantId, "Own"),
    await makeTeam(api.db.database, api.tenantId, "Other"),
  ];
  const manager = await makeUser(api.db.database, {
    tenantId: api.tenantId,
    role: "MANAGER",
    teamIds: [own],
  });
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(manager)}`);
  const ask = (input: object) => speaker.ask<Invited>(INVITE, { input: { email: address(), ...input } });
  expect((await ask({ role: "USER" })).data?.inviteUser).toMatchObject({ user: { teams: [{ id: own }] } });
  for (const input of [
    { role: "ADMIN" },
    { role: "MANAGER", teamIds: [own] },
    { role: "USER", teamIds: [other] },
  ]) {
    const before = await checksum(api.db, ["event", "pending_event"]);
    const { errors } = await ask(input);
    expect(errors[0]?.extensions).toMatchObject({
      code: "FORBIDDEN",
      explain: { permission: "USER_INVITE", scope: "TEAM", grantedBy: [{ name: "Test ADMIN" }] },
    });
    expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
  }
});

test("of ten who invite the same address at the same moment one does, the others are told", async () => {
  const email = address();
  const ends = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      invite({ email: at % 2 ? email.toUpperCase() : email, role: "USER" }),
    ),
  );
  expect(ends.map(({ data }) => data?.inviteUser.__typename).toSorted()).toEqual([
    ...Array(9).fill("Conflict"),
    "InviteUserSuccess",
  ]);
  await postOf(api).deliver();
  expect(api.smtp.accepted.filter((mail) => mail.to[0]!.toLowerCase() === email)).toHaveLength(1);
});

test("Z9 a manager sends nobody of another team an invitation again, and the link stays good", async () => {
  const [own, other] = [
    await makeTeam(api.db.database, api.tenantId, "Own"),
    await makeTeam(api.db.database, api.tenantId, "Other"),
  ];
  const manager = await makeUser(api.db.database, {
    tenantId: api.tenantId,
    role: "MANAGER",
    teamIds: [own],
  });
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(manager)}`);
  const invitedAs = async (role: string, teamId: string) => {
    const email = address();
    const { data } = await invite({ email, role, teamIds: [teamId] });
    return { email, id: data!.inviteUser.user.id };
  };
  const resend = async (id: string) =>
    speaker.ask(`mutation ($id: ID!) { resendInvitation(id: $id) { __typename } }`, { id });
  const theirs = await invitedAs("USER", other);
  const chief = await invitedAs("MANAGER", own);
  const link = await linkFor(theirs.email);
  for (const [{ id }, code] of [
    [theirs, "NOT_FOUND"],
    [chief, "FORBIDDEN"],
    [{ id: randomUUID() }, "NOT_FOUND"],
  ] as const) {
    const before = await checksum(api.db, ["event", "pending_event"]);
    expect((await resend(id)).errors[0]!.extensions.code).toBe(code);
    expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
  }
  const token = new URL(link).hash.slice("#token=".length);
  const accepted = await (await api.as("ANONYMOUS")).ask(ACCEPT, { token, password: "seven green herons" });
  expect(accepted.data).toMatchObject({ acceptInvitation: { __typename: "AcceptInvitationSuccess" } });
  const mate = await invitedAs("USER", own);
  expect((await resend(mate.id)).data).toEqual({
    resendInvitation: { __typename: "ResendInvitationSuccess" },
  });
});
