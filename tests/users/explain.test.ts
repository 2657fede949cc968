import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../support/database.js";
import { documentFor } from "../support/documents.js";
import { SCHEMA } from "../support/mutation-documents.js";

let api: Api;
let matrix: readonly { permission: string; roles: readonly Role[] }[];
let granters: readonly { id: string; name: string; email: string }[];
beforeAll(async () => {
  api = await startApi();
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ permissions: typeof matrix }>("{ permissions { permission roles } }");
  matrix = data!.permissions;
  const { userId, email } = api.people.ADMIN;
  granters = [{ id: userId, name: "Test ADMIN", email }];
});
afterAll(() => api.close());

const EXPLAIN = `query ($permission: Permission!, $userId: ID) { explainPermission(permission: $permission, userId: $userId) {
  permission granted role roles scope reason grantedBy { id name email } } }`;
const DENIALS = ["event", "pending_event"];
const TITLES = { ADMIN: "Admin", MANAGER: "Manager", USER: "User" } as const;
const COUNTS = { ADMIN: 25, MANAGER: 19, USER: 5 } as const;
const somebody = (role: Role, ...teamIds: string[]) =>
  makeUser(api.db.database, { tenantId: api.tenantId, role, teamIds });
const speakerOf = async (user: TestUser) => api.withHeader(`Bearer ${await api.tokenOf(user)}`);
const rolesWith = (permission: string) => matrix.find((row) => row.permission === permission)!.roles;
const FIELDS = (["query", "mutation"] as const).flatMap((operation) => {
  const root = operation === "query" ? SCHEMA.getQueryType()! : SCHEMA.getMutationType()!;
  return Object.values(root.getFields()).map((field) => ({
    name: field.name,
    document: documentFor(operation, field),
  }));
});

describe.each([
  ["USER", 28],
  ["MANAGER", 11],
] as const)("RB-06 everything that a %s is refused", (role, least) => {
  test("says which permission is missing, which roles have it, what failed, and who can give it", async () => {
    const speaker = await speakerOf(await somebody(role));
    let refused = 0;
    for (const { name, document } of FIELDS.filter((field) => field.name !== "signOut")) {
      const { errors } = await speaker.ask(document);
      if (errors[0]?.extensions.code !== "FORBIDDEN") continue;
      refused += 1;
      const { permission, ...explain } = errors[0].extensions.explain as { permission: string };
      const roles = rolesWith(permission);
      expect(explain, name).toEqual({
        roles,
        scope: roles.includes(role) ? "TEAM" : "ROLE",
        grantedBy: granters,
      });
      expect(errors[0].message.length).toBeGreaterThan(20);
    }
    expect(refused).toBeGreaterThanOrEqual(least);
  });
});

test("RB-06 a denied deleteCampaign says what it needs, who has it and whom to ask", async () => {
  const { errors } = await (
    await api.as("USER")
  ).ask(`mutation { deleteCampaign(id: "${randomUUID()}") { __typename } }`);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    message: "This needs the permission CAMPAIGN_DELETE, which the roles ADMIN and MANAGER have.",
    extensions: {
      code: "FORBIDDEN",
      explain: {
        permission: "CAMPAIGN_DELETE",
        roles: ["ADMIN", "MANAGER"],
        scope: "ROLE",
        grantedBy: granters,
      },
    },
  });
});

test("RB-06 at most five people to ask are named: active administrators, by name, of one's own organisation", async () => {
  const user = await makeUser(api.db.database, { role: "USER" });
  const { tenantId } = user;
  const names = ["Fay", "Eve", "Dan", "Cem", "Bo", "Ana", "Sus", "Inv"];
  for (const name of names) {
    const { userId } = await makeUser(api.db.database, { tenantId });
    const status = name === "Sus" ? "SUSPENDED" : name === "Inv" ? "INVITED" : "ACTIVE";
    await api.db.sql("update app_user set name = $2, status = $3 where id = $1", [userId, name, status]);
  }
  await makeUser(api.db.database, { tenantId, role: "MANAGER" });
  const { errors } = await (await speakerOf(user)).ask("{ settings { version } }");
  const { grantedBy } = errors[0]!.extensions.explain as { grantedBy: { name: string }[] };
  expect(grantedBy.map(({ name }) => name)).toEqual(["Ana", "Bo", "Cem", "Dan", "Eve"]);
});

async function explained(speaker: Speaker, permission: string, userId?: string) {
  const { data, errors } = await speaker.ask<{ explainPermission: Record<string, unknown> }>(EXPLAIN, {
    permission,
    userId,
  });
  return { explanation: data?.explainPermission, error: errors[0] };
}

test.each(["ADMIN", "MANAGER", "USER"] as const)(
  "RB-06 a %s is told of each of the 25 whether they have it, and why",
  async (role) => {
    const [one, two] = [
      await makeTeam(api.db.database, api.tenantId, "Alpha"),
      await makeTeam(api.db.database, api.tenantId, "Beta"),
    ];
    const names = await api.db.sql<{ name: string }>(
      "select name from team where id = any($1) order by name",
      [[one, two]],
    );
    const person = role === "ADMIN" ? api.people.ADMIN : await somebody(role, one, two);
    await api.db.sql("update team_member set is_lead = true where user_id = $1 and team_id = $2", [
      person.userId,
      one,
    ]);
    const speaker = await speakerOf(person);
    const [alpha, beta] = names.map(({ name }) => name);
    const where: Record<string, string> = {
      TEAM_MANAGE: `in ${alpha}, which they lead`,
      TEAM_MEMBERS_MANAGE: `in ${alpha} and ${beta}`,
    };
    expect(matrix).toHaveLength(25);
    let granted = 0;
    for (const { permission, roles } of matrix) {
      const has = roles.includes(role);
      granted += has ? 1 : 0;
      const others = roles.map((other) => TITLES[other]).join(" or ");
      const { explanation } = await explained(speaker, permission);
      expect(explanation).toEqual({
        permission,
        granted: has,
        role,
        roles,
        scope: role === "ADMIN" ? "TENANT" : "TEAMS",
        reason: !has
          ? `The role ${TITLES[role]} does not have it; ${others} does.`
          : role === "ADMIN"
            ? "From the role Admin."
            : `From the role ${TITLES[role]}, ${where[permission] ?? `in ${alpha} and ${beta} and for what belongs to no team`}.`,
        grantedBy: granters,
      });
    }
    expect(granted).toBe(COUNTS[role]);
  },
);

test("RB-06 an administrator is told about others, of their own organisation", async () => {
  const admin = await api.as("ADMIN");
  const ken = await somebody("USER");
  expect((await explained(admin, "LEAD_EXPORT", ken.userId)).explanation).toMatchObject({
    granted: false,
    role: "USER",
    roles: ["ADMIN", "MANAGER"],
    reason: "The role User does not have it; Admin or Manager does.",
  });
  expect((await explained(admin, "LEAD_READ", ken.userId)).explanation).toMatchObject({
    granted: true,
    reason: "From the role User, for what belongs to no team.",
  });
  const stranger = await makeUser(api.db.database);
  for (const userId of [stranger.userId, randomUUID(), "no id"])
    expect((await explained(admin, "LEAD_READ", userId)).error).toMatchObject({
      message: "There is no such user.",
      extensions: { code: "NOT_FOUND" },
    });
});

test.each(["MANAGER", "USER"] as const)(
  "RB-06 a %s is told about nobody else, and not whether they exist",
  async (role) => {
    const team = await makeTeam(api.db.database, api.tenantId);
    const [caller, mate] = [await somebody(role, team), await somebody("USER", team)];
    const speaker = await speakerOf(caller);
    const before = await checksum(api.db, DENIALS);
    const told = [];
    for (const userId of [mate.userId, api.people.ADMIN.userId, randomUUID()])
      told.push((await explained(speaker, "LEAD_READ", userId)).error);
    expect(told[0]!.extensions).toMatchObject({
      code: "FORBIDDEN",
      explain: { permission: "USER_MANAGE", roles: ["ADMIN"], scope: "ROLE", grantedBy: granters },
    });
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    expect(await checksum(api.db, DENIALS)).toBe(before);
    // About themselves, also by their own id.
    expect((await explained(speaker, "LEAD_READ", caller.userId)).explanation).toMatchObject({
      granted: true,
      role,
    });
  },
);

test("nobody is told that they may do what is refused: without a team to lead, and while they cannot sign in", async () => {
  const admin = await api.as("ADMIN");
  const manager = await somebody("MANAGER");
  const told = async (permission: string) => (await explained(admin, permission, manager.userId)).explanation;
  expect(await told("TEAM_MANAGE")).toMatchObject({
    granted: false,
    reason: "From the role Manager, for teams that they lead; they lead none.",
  });
  expect(await told("TEAM_MEMBERS_MANAGE")).toMatchObject({
    granted: false,
    reason: "From the role Manager, for teams that they belong to; they belong to none.",
  });
  await api.db.sql("update app_user set status = 'SUSPENDED' where id = $1", [manager.userId]);
  expect(await told("CAMPAIGN_READ")).toMatchObject({
    granted: false,
    reason: "They are suspended; the role Manager would give it.",
  });
  expect(await told("USER_MANAGE")).toMatchObject({
    granted: false,
    reason: "The role Manager does not have it; Admin does.",
  });
});

test("a profile shows all 25 with their reasons, as they are explained", async () => {
  const admin = await api.as("ADMIN");
  const manager = await somebody("MANAGER");
  const { data } = await admin.ask<{ user: { effectivePermissions: Record<string, unknown>[] } }>(
    `{ user(id: "${manager.userId}") { effectivePermissions { permission granted scope reason } } }`,
  );
  const shown = data!.user.effectivePermissions;
  expect(shown.map(({ permission }) => permission)).toEqual(matrix.map(({ permission }) => permission));
  // Managing teams and their members needs a team.
  expect(shown.filter(({ granted }) => granted)).toHaveLength(17);
  for (const row of shown) {
    const { explanation } = await explained(admin, String(row.permission), manager.userId);
    expect(explanation).toMatchObject(row);
  }
});

test("what somebody may do is shown to themselves and to those who manage people, as explainPermission is", async () => {
  const team = await makeTeam(api.db.database, api.tenantId);
  const [manager, mate] = [await somebody("MANAGER", team), await somebody("USER", team)];
  const ask = async (speaker: Speaker, userId: string) =>
    (
      await speaker.ask<{ user: { effectivePermissions: object[] | null } }>(
        `{ user(id: "${userId}") { effectivePermissions { permission } } }`,
      )
    ).data!.user.effectivePermissions;
  const speaker = await speakerOf(manager);
  expect(await ask(speaker, mate.userId)).toBeNull();
  expect(await ask(speaker, manager.userId)).toHaveLength(25);
  expect(await ask(await api.as("ADMIN"), mate.userId)).toHaveLength(25);
});
