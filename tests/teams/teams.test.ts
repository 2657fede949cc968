import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checksumBesideRefusals, startApi, type Api, type Speaker } from "../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { ADD, ARCHIVE, CREATE, named, REMOVE, run, UPDATE } from "./team-documents.js";

let api: Api;
let admin: Speaker;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
});
afterAll(() => api.close());

const newTeam = () => makeTeam(api.db.database, api.tenantId);
const speakerOf = async (user: TestUser) => api.withHeader(`Bearer ${await api.tokenOf(user)}`);
const somebody = (role: "ADMIN" | "MANAGER" | "USER", ...teamIds: string[]) =>
  makeUser(api.db.database, { tenantId: api.tenantId, role, teamIds });
const events = (action: string, teamId: string) =>
  api.db.sql<{ targets: unknown; changes: unknown }>(
    "select targets, changes from event where action = $1 and targets @> jsonb_build_array(jsonb_build_object('id', $2::text))",
    [action, teamId],
  );

test("an administrator makes a team, renames it and archives it, each on record", async () => {
  const [first, second] = [named(), named()];
  const made = await run(admin, CREATE, { name: `  ${first} ` });
  expect(made).toEqual({
    __typename: "CreateTeamSuccess",
    team: {
      id: made.team!.id,
      name: first,
      version: 1,
      isArchived: false,
      mayManage: true,
      memberCount: 0,
      members: [],
    },
  });
  const { id } = made.team!;
  expect(await run(admin, UPDATE, { id, name: second, version: 1 })).toMatchObject({
    team: { name: second, version: 2 },
  });
  expect(await run(admin, ARCHIVE, { id })).toMatchObject({ team: { isArchived: true, version: 3 } });
  expect((await events("team.created", id))[0]!.changes).toEqual([
    { field: "name", before: null, after: first },
  ]);
  expect((await events("team.updated", id))[0]!.changes).toEqual([
    { field: "name", before: first, after: second },
  ]);
  expect(await events("team.archived", id)).toHaveLength(1);
});

test("two rename a team: the second is told of both versions, and nothing is overwritten", async () => {
  const id = await newTeam();
  expect(await run(admin, UPDATE, { id, name: named(), version: 1 })).toMatchObject({ team: { version: 2 } });
  const before = await checksumBesideRefusals(api.db);
  expect(await run(admin, UPDATE, { id, name: named(), version: 1 })).toMatchObject({
    __typename: "Conflict",
    code: "CONFLICT",
    path: ["expectedVersion"],
    expectedVersion: 1,
    currentVersion: 2,
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("two teams do not have the same name, however it is written, and archived ones give theirs free", async () => {
  const name = named();
  const { team } = await run(admin, CREATE, { name });
  const other = await newTeam();
  const before = await checksumBesideRefusals(api.db);
  for (const taken of [
    await run(admin, CREATE, { name: name.toUpperCase() }),
    await run(admin, UPDATE, { id: other, name: name.toLowerCase() }),
  ])
    expect(taken).toMatchObject({ __typename: "Conflict", path: ["name"], currentVersion: null });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  await run(admin, ARCHIVE, { id: team!.id });
  expect(await run(admin, CREATE, { name })).toMatchObject({ __typename: "CreateTeamSuccess" });
});

test("of ten who choose the same name at the same moment one gets it, the others are told", async () => {
  const name = named();
  const ends = await Promise.all(Array.from({ length: 10 }, () => run(admin, CREATE, { name })));
  expect(ends.map(({ __typename }) => __typename).toSorted()).toEqual([
    ...Array(9).fill("Conflict"),
    "CreateTeamSuccess",
  ]);
});

test.each(["", "   ", "x".repeat(81), "two\nlines", "nul\u0000"])("a team is not called %j", async (name) => {
  const before = await checksumBesideRefusals(api.db);
  expect(await run(admin, CREATE, { name })).toMatchObject({ __typename: "InvalidInput", path: ["name"] });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("people join and leave; doing it twice changes nothing", async () => {
  const [id, ken] = [await newTeam(), await somebody("USER")];
  const { userId } = ken;
  expect(await run(admin, ADD, { id, userId })).toMatchObject({
    team: { memberCount: 1, members: [{ isLead: false, user: { id: userId } }] },
  });
  const joined = await checksumBesideRefusals(api.db);
  expect(await run(admin, ADD, { id, userId })).toMatchObject({ team: { memberCount: 1 } });
  expect(await checksumBesideRefusals(api.db)).toBe(joined);
  expect(await run(admin, ADD, { id, userId, isLead: true })).toMatchObject({
    team: { members: [{ isLead: true }] },
  });
  expect(await events("team.member.added", id)).toHaveLength(2);
  expect(await run(admin, REMOVE, { id, userId })).toMatchObject({ team: { memberCount: 0, members: [] } });
  const left = await checksumBesideRefusals(api.db);
  expect(await run(admin, REMOVE, { id, userId })).toMatchObject({ team: { memberCount: 0 } });
  expect(await checksumBesideRefusals(api.db)).toBe(left);
  expect((await events("team.member.removed", id)).map(({ targets }) => targets)).toEqual([
    [
      { type: "team", id, label: expect.stringContaining("Team") as string },
      { type: "user", id: userId, label: { sha256: expect.any(String) as string } },
    ],
  ]);
});

test("a team is there for its people within a second, and gone as fast", async () => {
  const [id, ken] = [await newTeam(), await somebody("USER")];
  const speaker = await speakerOf(ken);
  const seen = async () =>
    (await speaker.ask(`{ team(id: "${id}") { id } }`)).errors[0]?.extensions.code ?? "seen";
  expect(await seen()).toBe("NOT_FOUND");
  await run(admin, ADD, { id, userId: ken.userId });
  await eventually(seen, (end) => end === "seen", 1_000);
  await run(admin, REMOVE, { id, userId: ken.userId });
  await eventually(seen, (end) => end === "NOT_FOUND", 1_000);
});

test("a team with campaigns that send is not archived, and says which", async () => {
  const id = await newTeam();
  await api.db.sql(
    "insert into campaign (id, tenant_id, team_id, name, status, from_name, from_email, audience) values ($1, $2, $3, 'Spring', 'RUNNING', 'Ada', 'ada@example.com', '{}')",
    [randomUUID(), api.tenantId, id],
  );
  const before = await checksumBesideRefusals(api.db);
  expect(await run(admin, ARCHIVE, { id })).toMatchObject({
    __typename: "InvalidTransition",
    message: expect.stringContaining("still has campaigns that send (“Spring”)"),
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("an archived team takes no more changes and is listed only when asked for", async () => {
  const [id, ken] = [await newTeam(), await somebody("USER")];
  await run(admin, ARCHIVE, { id });
  const before = await checksumBesideRefusals(api.db);
  for (const end of [
    await run(admin, UPDATE, { id, name: named() }),
    await run(admin, ARCHIVE, { id }),
    await run(admin, ADD, { id, userId: ken.userId }),
    await run(admin, REMOVE, { id, userId: ken.userId }),
  ])
    expect(end).toMatchObject({ __typename: "InvalidTransition", code: "INVALID_TRANSITION" });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  const listed = async (filter: string) =>
    (await admin.ask(`{ teams(first: 100, filter: { ${filter} }) { edges { node { id } } } }`)).text.includes(
      id,
    );
  expect([await listed(""), await listed("includeArchived: true")]).toEqual([false, true]);
});
