import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { postOf, PUBLIC_URL } from "../support/transactional-mail.js";

let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
});
afterAll(() => api.close());

const INVITE = `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { __typename
  ... on InviteUserSuccess { user { id } } } }`;
const ACCEPT = `mutation ($token: String!) { acceptInvitation(token: $token, password: "seven green herons") {
  __typename ... on Error { message } } }`;
const NOT_GOOD = {
  __typename: "InvalidCredentials",
  message: "The link is not valid any more: it was used, replaced or is too old. Ask for a new one.",
};
const DONE = { __typename: "AcceptInvitationSuccess" };

const speakerOf = async (user: TestUser) => api.withHeader(`Bearer ${await api.tokenOf(user)}`);
async function invitedBy(inviter: TestUser, role: Role, teamIds: string[] = []) {
  const email = `new-${randomUUID().slice(0, 8)}@example.org`;
  const { data } = await (
    await speakerOf(inviter)
  ).ask<{ inviteUser: { user: { id: string } } }>(INVITE, { input: { email, role, teamIds } });
  return { id: data!.inviteUser.user.id, email, token: await postOf(api).tokenFor(email) };
}
const accept = async (token: string) =>
  (await (await api.as("ANONYMOUS")).ask<{ acceptInvitation: object }>(ACCEPT, { token })).data!
    .acceptInvitation;
const act = async (mutation: string, userId: string) => {
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ m: { __typename: string } }>(
    `mutation { m: ${mutation.replace("$id", `"${userId}"`)} { __typename } }`,
  );
  expect(data!.m.__typename).toMatch(/Success$/);
};
const goodUntil = async (id: string) =>
  (
    await (
      await api.as("ADMIN")
    ).ask<{ user: { invitation: object | null } }>(`{ user(id: "${id}") { invitation { expiresAt } } }`)
  ).data!.user.invitation;

const DEMOTE = "assignRole(userId: $id, role: MANAGER)";
const LOWER = "assignRole(userId: $id, role: USER)";

test.each([
  ["demoted", "ADMIN", DEMOTE],
  ["demoted", "MANAGER", DEMOTE],
  ["demoted to where nobody invites", "USER", LOWER],
  ["suspended", "USER", "suspendUser(id: $id)"],
  ["suspended", "ADMIN", "suspendUser(id: $id)"],
  ["erased", "ADMIN", "eraseUser(id: $id)"],
] as const)(
  "once an administrator is %s, their open invitation as %s opens nothing until it is sent again",
  async (_what, role, mutation) => {
    const inviter = await makeUser(api.db.database, { tenantId: api.tenantId });
    const { id, email, token } = await invitedBy(inviter, role);
    expect(await goodUntil(id)).toEqual({ expiresAt: expect.any(String) });
    await act(mutation, inviter.userId);
    expect(await goodUntil(id)).toBe(null);
    const before = await checksum(api.db);
    expect(await accept(token)).toEqual(NOT_GOOD);
    expect(await checksum(api.db)).toBe(before);
    await act("resendInvitation(id: $id)", id);
    expect(await accept(await postOf(api).tokenFor(email))).toEqual(DONE);
  },
);

test("whoever may still invite somebody like that has made a good invitation", async () => {
  const inviter = await makeUser(api.db.database, { tenantId: api.tenantId });
  const { token } = await invitedBy(inviter, "USER");
  await act(DEMOTE, inviter.userId);
  expect(await accept(token)).toEqual(DONE);
  const teamId = await makeTeam(api.db.database, api.tenantId);
  const manager = await makeUser(api.db.database, {
    tenantId: api.tenantId,
    role: "MANAGER",
    teamIds: [teamId],
  });
  expect(await accept((await invitedBy(manager, "USER", [teamId])).token)).toEqual(DONE);
});

test("an administrator who gives an invited person a higher role vouches for the invitation", async () => {
  const teamId = await makeTeam(api.db.database, api.tenantId);
  const options = { tenantId: api.tenantId, role: "MANAGER", teamIds: [teamId] } as const;
  const { id, token } = await invitedBy(await makeUser(api.db.database, options), "USER", [teamId]);
  await act("assignRole(userId: $id, role: ADMIN)", id);
  expect(await accept(token)).toEqual(DONE);
});

test("a person's own reset stays good, whoever has asked for it", async () => {
  const post = postOf(api);
  const asker = await makeUser(api.db.database, { tenantId: api.tenantId });
  const { email } = await makeUser(api.db.database, { tenantId: api.tenantId });
  await (await speakerOf(asker)).ask(`mutation { requestPasswordReset(email: "${email}") { __typename } }`);
  const made = () => api.db.sql("select t.id from one_time_token t where t.created_by = $1", [asker.userId]);
  await eventually(made, (rows) => rows.length === 1);
  const token = await post.tokenFor(email);
  await act("suspendUser(id: $id)", asker.userId);
  const reset = `mutation { resetPassword(token: "${token}", password: "eleven white storks") { __typename } }`;
  expect((await (await api.as("ANONYMOUS")).ask(reset)).data).toEqual({
    resetPassword: { __typename: "ResetPasswordSuccess" },
  });
});
