import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../support/database.js";
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
/** A manager who leads these teams. */
async function leadOf(...teamIds: string[]): Promise<TestUser> {
  const user = await somebody("MANAGER", ...teamIds);
  await api.db.sql("update team_member set is_lead = true where user_id = $1", [user.userId]);
  return user;
}
/** The refusal is worded so, and nothing but the record of it has changed. */
async function refused(speaker: Speaker, document: string, given: object, wanted: object): Promise<void> {
  const before = await checksum(api.db, ["event", "pending_event"]);
  const { errors } = await speaker.ask(document, given);
  expect(errors[0]?.extensions).toMatchObject(wanted);
  expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
}

test("a manager manages the team they lead: its name, its people with the role USER, its end", async () => {
  const [id, ken] = [await newTeam(), await somebody("USER")];
  const ana = await leadOf(id);
  const speaker = await speakerOf(ana);
  expect(await run(speaker, UPDATE, { id, name: named() })).toMatchObject({
    team: { mayManage: true, version: 2 },
  });
  expect(await run(speaker, ADD, { id, userId: ken.userId, isLead: true })).toMatchObject({
    team: { memberCount: 2 },
  });
  expect(await run(speaker, REMOVE, { id, userId: ken.userId })).toMatchObject({ team: { memberCount: 1 } });
  expect(await run(speaker, ARCHIVE, { id })).toMatchObject({ team: { isArchived: true } });
});

test("a manager who only belongs to a team adds people to it, and neither renames nor archives it nor names its leads", async () => {
  const [id, ken] = [await newTeam(), await somebody("USER")];
  const speaker = await speakerOf(await somebody("MANAGER", id));
  const forbidden = (permission: string) => ({
    code: "FORBIDDEN",
    explain: { permission, roles: ["ADMIN", "MANAGER"], scope: "TEAM" },
  });
  await refused(speaker, UPDATE, { id, name: named() }, forbidden("TEAM_MANAGE"));
  await refused(speaker, ARCHIVE, { id }, forbidden("TEAM_MANAGE"));
  await refused(speaker, ADD, { id, userId: ken.userId, isLead: true }, forbidden("TEAM_MEMBERS_MANAGE"));
  expect(await run(speaker, ADD, { id, userId: ken.userId })).toMatchObject({
    team: { mayManage: false, memberCount: 2 },
  });
});

test("Z9 a manager makes no team, and neither themselves nor another manager a lead or a member", async () => {
  const [own, other] = [await newTeam(), await newTeam()];
  const ana = await leadOf(own);
  const bo = await somebody("MANAGER", own);
  const speaker = await speakerOf(ana);
  const team = { code: "FORBIDDEN", explain: { scope: "TEAM" } };
  await refused(
    speaker,
    CREATE,
    { name: named() },
    { ...team, explain: { permission: "TEAM_MANAGE", scope: "TEAM" } },
  );
  for (const user of [ana, bo, await somebody("ADMIN"), await somebody("MANAGER")]) {
    await refused(speaker, ADD, { id: own, userId: user.userId, isLead: true }, team);
    await refused(speaker, REMOVE, { id: own, userId: user.userId }, team);
  }
  await refused(speaker, ADD, { id: other, userId: ana.userId }, { code: "NOT_FOUND" });
});

test("a manager who does not lead unmakes no lead, neither by the flag nor by removing and adding", async () => {
  const own = await newTeam();
  const lead = await somebody("USER", own);
  await api.db.sql("update team_member set is_lead = true where user_id = $1", [lead.userId]);
  const speaker = await speakerOf(await somebody("MANAGER", own));
  const team = { code: "FORBIDDEN", explain: { permission: "TEAM_MEMBERS_MANAGE", scope: "TEAM" } };
  await refused(speaker, ADD, { id: own, userId: lead.userId, isLead: false }, team);
  await refused(speaker, REMOVE, { id: own, userId: lead.userId }, team);
  // Without the flag nothing is asked for, and nothing changes.
  expect(await run(speaker, ADD, { id: own, userId: lead.userId })).toMatchObject({
    team: { members: expect.arrayContaining([{ isLead: true, user: { id: lead.userId } }]) },
  });
});

test("RB-03 another team, its people and what never was are the same to a manager: not found", async () => {
  const [own, other] = [await newTeam(), await newTeam()];
  const speaker = await speakerOf(await leadOf(own));
  const theirs = await somebody("USER", other);
  const stranger = await makeUser(api.db.database, { role: "USER" });
  const foreign = await makeTeam(api.db.database, stranger.tenantId);
  for (const id of [other, foreign, randomUUID(), "no id"]) {
    const gone = { code: "NOT_FOUND" };
    await refused(speaker, `query ($id: ID!) { team(id: $id) { id } }`, { id }, gone);
    await refused(speaker, UPDATE, { id, name: named() }, gone);
    await refused(speaker, ARCHIVE, { id }, gone);
    await refused(speaker, ADD, { id, userId: api.people.USER.userId }, gone);
    await refused(speaker, REMOVE, { id, userId: theirs.userId }, gone);
  }
  for (const userId of [theirs.userId, stranger.userId, randomUUID()]) {
    await refused(speaker, ADD, { id: own, userId }, { code: "NOT_FOUND" });
    await refused(speaker, REMOVE, { id: own, userId }, { code: "NOT_FOUND" });
  }
  // Another organisation's team is nothing to an administrator either.
  for (const document of [ARCHIVE, REMOVE])
    await refused(admin, document, { id: foreign, userId: stranger.userId }, { code: "NOT_FOUND" });
  const { data } = await speaker.ask<{ teams: object }>(
    "{ teams(first: 100) { totalCount edges { node { id } } } }",
  );
  expect(data!.teams).toEqual({ totalCount: 1, edges: [{ node: { id: own } }] });
});
