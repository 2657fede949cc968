import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { checksum, startApi, type Answer, type Api } from "../support/api.js";
import { makeTeam, makeUser, type TestUser } from "../support/database.js";
import { mutationWorld, type MutationWorld } from "../support/mutation-cases.js";
import { MUTATIONS, mutationDocument } from "../support/mutation-documents.js";
import { TestSocket } from "../support/socket.js";
import { PUBLIC_URL } from "../support/transactional-mail.js";
import { ACTOR_LABEL as LABEL } from "../support/database.js";

let api: Api;
let world: MutationWorld;
let ken: TestUser;
let teams: { own: string; other: string };
beforeAll(async () => {
  api = await startApi({ environment: { PUBLIC_URL } });
  world = await mutationWorld(api);
  teams = {
    own: await makeTeam(api.db.database, api.tenantId, "Own"),
    other: await makeTeam(api.db.database, api.tenantId, "Other"),
  };
  ken = await somebody("USER", teams.own);
  for (const teamId of [teams.own, teams.other, null]) await campaignOf(teamId);
});
afterAll(() => api.close());

const DENIALS = ["event", "pending_event"];
const somebody = (role: Role, ...teamIds: string[]) =>
  makeUser(api.db.database, { tenantId: api.tenantId, role, teamIds });
const bearer = async (user: TestUser) => ({ authorization: `Bearer ${await api.tokenOf(user)}` });
async function campaignOf(teamId: string | null): Promise<string> {
  const id = randomUUID();
  await api.db.sql(
    "insert into campaign (id, tenant_id, team_id, name, from_name, from_email, audience) values ($1, $2, $3, $4, 'Ada', 'ada@example.com', '{}')",
    [id, api.tenantId, teamId, `Campaign ${id.slice(0, 8)}`],
  );
  await api.db.sql(
    "insert into lead (id, tenant_id, owner_team_id, email, email_canonical, email_hash, source) values ($1, $2, $3, $4, $4, $5, 'test')",
    [randomUUID(), api.tenantId, teamId, `lead-${id}@example.org`, Buffer.from(id)],
  );
  return id;
}
/** An administrator of their own for each test: refusals are counted by person. */
async function throughEyesOf(user: Pick<TestUser, "userId">, viewer?: TestUser) {
  return { ...(await bearer(viewer ?? (await somebody("ADMIN")))), "x-view-as": user.userId };
}
const codeOf = ({ errors }: Answer) => errors[0]?.extensions.code ?? "answered";

describe.each(MUTATIONS.map(({ name }) => name))("RB-07 through another's eyes %s", (name) => {
  test.each(["USER", "ADMIN"] as const)(
    "is refused for the eyes of a %s, and nothing changes",
    async (role) => {
      const { variables, headers } = await world.prepare(name);
      const eyes = await throughEyesOf(role === "USER" ? ken : api.people.ADMIN);
      const before = await checksum(api.db, DENIALS);
      const answer = await world.call(mutationDocument(name), variables, { ...headers, ...eyes });
      expect(answer.errors[0]!.extensions).toMatchObject({
        code: "FORBIDDEN",
        explain: { scope: "VIEW_AS", permission: expect.any(String), grantedBy: expect.any(Array) },
      });
      expect(answer.data).toBeNull();
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(await checksum(api.db, DENIALS)).toBe(before);
    },
  );
});

test("no file is uploaded through another's eyes", async () => {
  const form = new FormData();
  form.set("file", new Blob(["email\na@example.com\n"]), "leads.csv");
  const headers = await throughEyesOf(await somebody("MANAGER"));
  const before = await checksum(api.db, DENIALS);
  const response = await fetch(`${api.url}/api/imports?listName=x`, { method: "POST", headers, body: form });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(await checksum(api.db, DENIALS)).toBe(before);
});

const SIGHTS = [
  "me { id email name role organisation version permissions teams { id name } } sessions { id device ip }",
  "campaigns(first: 100) { totalCount edges { node { id name status availableActions team { id name } } } }",
  "leads(first: 100) { totalCount edges { node { id email team { id } } } } leadLists(first: 100) { totalCount }",
  "teams(first: 20) { totalCount edges { node { id name mayManage memberCount members { isLead user { id email } } } } }",
  "users(first: 50) { totalCount edges { node { id email role status teams { id } sessions { id device } } } }",
  "suppressions(first: 100) { totalCount } notifications(first: 5) { totalCount } overview { attention { id } }",
];
const REFUSALS = ["health { status }", "settings { version }", "imports(first: 1) { totalCount }"];

test.each([
  ["USER", false],
  ["USER", true],
  ["MANAGER", true],
  ["ADMIN", true],
] as const)(
  "RB-07 a %s is seen exactly as they see it themselves, masking on: %s",
  async (role, maskAddresses) => {
    await api.db.sql(
      "update tenant set settings = jsonb_build_object('maskAddresses', $2::boolean) where id = $1",
      [api.tenantId, maskAddresses],
    );
    const person = await somebody(role, teams.own);
    const eyes = await throughEyesOf(person);
    const own = await bearer(person);
    const texts = [];
    for (const sight of SIGHTS) {
      const seen = await world.call(`{ ${sight} }`, {}, eyes);
      const theirs = await world.call(`{ ${sight} }`, {}, own);
      expect(theirs.errors, sight).toEqual([]);
      expect(seen.text).toBe(theirs.text);
      texts.push(seen.text);
    }
    expect(texts.join().includes("l***@example.org")).toBe(maskAddresses && role === "USER");
    for (const field of REFUSALS) {
      const refused = await world.call(`{ ${field} }`, {}, eyes);
      expect(codeOf(refused), field).toBe(
        role === "ADMIN" || (role === "MANAGER" && field.startsWith("imports")) ? "answered" : "FORBIDDEN",
      );
      expect(codeOf(refused)).toBe(codeOf(await world.call(`{ ${field} }`, {}, own)));
    }
    const foreign = await campaignOf(teams.other);
    const other = await world.call(`{ campaign(id: "${foreign}") { id } }`, {}, eyes);
    expect(codeOf(other)).toBe(role === "ADMIN" ? "answered" : "NOT_FOUND");
  },
);

test("whoever looks is named, in the answer and on record; the person looked at did nothing", async () => {
  const viewer = await somebody("ADMIN");
  const eyes = await throughEyesOf(ken, viewer);
  const me = await world.call("{ me { id email viewedBy { id email } } }", {}, eyes);
  expect(me.data).toEqual({
    me: { id: ken.userId, email: ken.email, viewedBy: { id: viewer.userId, email: viewer.email } },
  });
  await world.call(mutationDocument("createTeam"), { input: { name: "Team" } }, eyes);
  const [event] = await api.db.sql(
    `select action, outcome, actor_id, ${LABEL}, context from event where actor_id = any($1) order by at desc limit 1`,
    [[viewer.userId, ken.userId]],
  );
  expect(event).toMatchObject({
    action: "auth.permission.denied",
    outcome: "DENIED",
    actor_id: viewer.userId,
    actor_label: viewer.email,
    context: { viewedAs: ken.userId, sessionId: viewer.sessionId },
  });
  expect(await api.db.sql("select id from event where actor_id = $1", [ken.userId])).toEqual([]);
});

test.each(["MANAGER", "USER"] as const)("Z9 a %s looks through nobody's eyes", async (role) => {
  const headers = await throughEyesOf(ken, await somebody(role, teams.own));
  const { errors, data } = await world.call("{ me { id } }", {}, headers);
  expect(data ?? null).toBeNull();
  expect(errors[0]!.extensions).toMatchObject({
    code: "FORBIDDEN",
    explain: { permission: "USER_ROLE_ASSIGN", roles: ["ADMIN"], scope: "ROLE" },
  });
});

test("a stranger with the header is a stranger, and nobody sees through who is not there", async () => {
  const nobody = await world.call("{ me { id } }", {}, { authorization: "", "x-view-as": ken.userId });
  expect(codeOf(nobody)).toBe("UNAUTHENTICATED");
  const foreign = await makeUser(api.db.database, { role: "USER" });
  const suspended = await somebody("USER");
  await api.db.sql("update app_user set status = 'SUSPENDED' where id = $1", [suspended.userId]);
  for (const userId of [foreign.userId, suspended.userId, randomUUID(), "no id", ""])
    expect(codeOf(await world.call("{ me { id } }", {}, await throughEyesOf({ userId }))), userId).toBe(
      "NOT_FOUND",
    );
});

test("RB-07 live streams through another's eyes show what that person may see, and no more", async () => {
  const [own, other] = [await campaignOf(teams.own), await campaignOf(teams.other)];
  const viewer = await somebody("ADMIN");
  const socket = await TestSocket.open(api.url);
  const payload = { ...(await bearer(viewer)), viewAs: ken.userId };
  socket.send({ type: "connection_init", payload });
  await socket.until(({ type }) => type === "connection_ack");
  const stream = (id: string) =>
    socket.subscribe(`subscription { campaignActivity(campaignId: "${id}") { campaign { id } } }`);
  expect(await socket.event(stream(own))).toEqual({ campaignActivity: { campaign: { id: own } } });
  expect((await socket.refusal(stream(other)))[0]!.extensions.code).toBe("NOT_FOUND");
  const health = socket.subscribe("subscription { healthUpdated { cursor } }");
  expect((await socket.refusal(health))[0]!.extensions.code).toBe("FORBIDDEN");
  await socket.close();
});
