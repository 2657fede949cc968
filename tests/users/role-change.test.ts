import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { checksum, checksumBesideRefusals, startApi, type Api, type Speaker } from "../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { ACTOR_LABEL as LABEL } from "../support/database.js";

let api: Api;
let admin: Speaker;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
});
afterAll(() => api.close());

/** What a manager may and a user may not, as the domain's matrix has it. */
const MANAGERS_ALONE = [
  "CAMPAIGN_CREATE",
  "CAMPAIGN_UPDATE",
  "CAMPAIGN_DELETE",
  "CAMPAIGN_LAUNCH",
  "CAMPAIGN_PAUSE",
  "LEAD_CREATE",
  "LEAD_UPDATE",
  "LEAD_DELETE",
  "LEAD_IMPORT",
  "LEAD_EXPORT",
  "ANALYTICS_EXPORT",
  "TEAM_MANAGE",
  "TEAM_MEMBERS_MANAGE",
  "USER_INVITE",
];
const ADMINS_ALONE = [
  "USER_MANAGE",
  "USER_ROLE_ASSIGN",
  "SYSTEM_HEALTH_READ",
  "SYSTEM_AUDIT_READ",
  "SYSTEM_JOBS_MANAGE",
  "SYSTEM_SETTINGS_MANAGE",
];
const PREVIEW = `query ($userId: ID!, $role: Role!) { roleChangePreview(userId: $userId, role: $role) { lost gained obstacle } }`;
const ASSIGN = `mutation ($userId: ID!, $role: Role!) { assignRole(userId: $userId, role: $role) { __typename
  ... on AssignRoleSuccess { user { id role version } } ... on Error { code message path } } }`;

const somebody = (role: Role) => makeUser(api.db.database, { tenantId: api.tenantId, role });
const speakerOf = async (user: TestUser) => api.withHeader(`Bearer ${await api.tokenOf(user)}`);
const DENIALS = ["event", "pending_event"];

test("RB-07 the preview of manager to user lists the 14 permissions that are lost", async () => {
  const { userId } = await somebody("MANAGER");
  const before = await checksumBesideRefusals(api.db);
  const { data } = await admin.ask(PREVIEW, { userId, role: "USER" });
  expect(MANAGERS_ALONE).toHaveLength(14);
  expect(data).toEqual({ roleChangePreview: { lost: MANAGERS_ALONE, gained: [], obstacle: null } });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test.each([
  ["USER", "MANAGER", [], MANAGERS_ALONE],
  ["MANAGER", "ADMIN", [], ADMINS_ALONE],
  ["ADMIN", "MANAGER", ADMINS_ALONE, []],
  ["USER", "USER", [], []],
] as const)("RB-07 from %s to %s is previewed as it is", async (from, role, lost, gained) => {
  const { userId } = await somebody(from);
  expect((await admin.ask(PREVIEW, { userId, role })).data).toEqual({
    roleChangePreview: { lost, gained, obstacle: null },
  });
});

test("RB-07 what the preview says is what happens", async () => {
  const ken = await somebody("MANAGER");
  const speaker = await speakerOf(ken);
  const held = async () =>
    (await speaker.ask<{ me: { permissions: string[] } }>("{ me { permissions } }")).data!.me.permissions;
  const before = await held();
  await admin.ask(ASSIGN, { userId: ken.userId, role: "USER" });
  const after = await eventually(held, (now) => now.length < before.length, 1_000);
  expect(before.filter((permission) => !after.includes(permission))).toEqual(MANAGERS_ALONE);
  expect(after.filter((permission) => !before.includes(permission))).toEqual([]);
});

test("the preview says what stands in the way", async () => {
  const { userId } = api.people.ADMIN;
  const { data } = await admin.ask(PREVIEW, { userId, role: "USER" });
  expect(data).toMatchObject({ roleChangePreview: { obstacle: "Nobody changes their own role." } });
});

test("another role is on record with both roles; the same role again changes nothing", async () => {
  const { userId } = await somebody("USER");
  expect((await admin.ask(ASSIGN, { userId, role: "MANAGER" })).data).toEqual({
    assignRole: { __typename: "AssignRoleSuccess", user: { id: userId, role: "MANAGER", version: 2 } },
  });
  expect(
    await api.db.sql(
      `select targets, changes, ${LABEL} from event where action = 'user.role.changed' order by at desc limit 1`,
    ),
  ).toEqual([
    {
      targets: [{ type: "user", id: userId, label: { sha256: expect.any(String) as string } }],
      changes: [{ field: "role", before: "USER", after: "MANAGER" }],
      actor_label: api.people.ADMIN.email,
    },
  ]);
  const before = await checksumBesideRefusals(api.db);
  expect((await admin.ask(ASSIGN, { userId, role: "MANAGER" })).data).toMatchObject({
    assignRole: { user: { version: 2 } },
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("Z11 a new role counts from the next request on", async () => {
  const ken = await somebody("USER");
  const speaker = await speakerOf(ken);
  const end = async () =>
    (await speaker.ask(`mutation { createLead(input: { email: "no address" }) { __typename } }`)).errors[0]
      ?.extensions.code ?? "allowed";
  expect(await end()).toBe("FORBIDDEN");
  await admin.ask(ASSIGN, { userId: ken.userId, role: "MANAGER" });
  await eventually(end, (code) => code === "allowed", 1_000);
  await admin.ask(ASSIGN, { userId: ken.userId, role: "USER" });
  await eventually(end, (code) => code === "FORBIDDEN", 1_000);
});

test.each(["MANAGER", "USER"] as const)(
  "Z9 a %s gives no role, to themselves or anybody, and previews none",
  async (role) => {
    const own = await makeTeam(api.db.database, api.tenantId);
    const caller = await makeUser(api.db.database, { tenantId: api.tenantId, role, teamIds: [own] });
    const mate = await makeUser(api.db.database, { tenantId: api.tenantId, role: "USER", teamIds: [own] });
    const speaker = await speakerOf(caller);
    const before = await checksum(api.db, DENIALS);
    for (const document of [ASSIGN, PREVIEW])
      for (const userId of [caller.userId, mate.userId, randomUUID()])
        expect((await speaker.ask(document, { userId, role: "ADMIN" })).errors[0]!.extensions).toMatchObject({
          code: "FORBIDDEN",
          explain: { permission: "USER_ROLE_ASSIGN", roles: ["ADMIN"], scope: "ROLE" },
        });
    expect(await checksum(api.db, DENIALS)).toBe(before);
  },
);

test("Z8 no update takes a role, a status or a team along with a name", async () => {
  const speaker = await api.as("USER");
  const { userId } = api.people.USER;
  const before = await checksumBesideRefusals(api.db);
  for (const extra of [
    `role: ADMIN`,
    `permissions: [USER_MANAGE]`,
    `status: ACTIVE`,
    `isOperator: true`,
    `teamIds: []`,
    `tenantId: "${api.tenantId}"`,
    `passwordHash: "x"`,
  ])
    for (const [who, input] of [
      [speaker, `updateProfile(input: { name: "Ken", ${extra} })`],
      [admin, `updateUser(input: { id: "${userId}", name: "Ken", ${extra} })`],
    ] as const) {
      const { status, errors } = await who.ask(`mutation { ${input} { __typename } }`);
      expect([status, errors[0]!.extensions.code], extra).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
    }
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("people of another organisation have no role that could be changed or previewed", async () => {
  const stranger = await makeUser(api.db.database, { role: "USER" });
  const before = await checksumBesideRefusals(api.db);
  for (const document of [ASSIGN, PREVIEW])
    for (const userId of [stranger.userId, randomUUID(), "no id"]) {
      const { errors } = await admin.ask(document, { userId, role: "MANAGER" });
      expect(errors[0]).toMatchObject({
        message: "There is no such user.",
        extensions: { code: "NOT_FOUND" },
      });
    }
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});
