import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { answerOf, checksum, startApi, type Api } from "../support/api.js";
import { makeUser, type TestUser } from "../support/database.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
let ken: TestUser;
let foreign: TestUser;
beforeAll(async () => {
  api = await startApi();
  ken = await makeUser(api.db.database, { tenantId: api.tenantId, role: "USER" });
  foreign = await makeUser(api.db.database, { role: "USER" });
});
afterAll(() => api.close());

const RECORD = ["event", "pending_event"];
async function bearerOf(role: Role) {
  const user = await makeUser(api.db.database, { tenantId: api.tenantId, role });
  return { user, authorization: `Bearer ${await api.tokenOf(user)}` };
}
async function ask(authorization: string | undefined, viewAs: string, query = "{ me { id } }") {
  const headers = { "content-type": "application/json", "x-view-as": viewAs };
  const body = JSON.stringify({ query });
  return answerOf(await api.withHeader(authorization).fetch("/graphql", { method: "POST", headers, body }));
}
async function upload(authorization: string | undefined, viewAs: string) {
  const form = new FormData();
  form.set("file", new Blob(["email\na@example.com\n"]), "leads.csv");
  const init = { method: "POST", headers: { "x-view-as": viewAs }, body: form };
  const response = await api.withHeader(authorization).fetch("/api/imports?listName=x", init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const refusalsOf = (userId: string) =>
  api.db.sql(
    "select targets->0->>'id' as place, reason_code as reason from event where actor_id = $1 and action = 'auth.permission.denied'",
    [userId],
  );
const failures = () => api.logLines.filter((line) => line.includes("request failed"));

describe.each(["MANAGER", "USER"] as const)("a %s who wants to look through another's eyes", (role) => {
  test("is refused as by a field: 200, FORBIDDEN, whom to ask, and on record; nothing changes", async () => {
    const { user, authorization } = await bearerOf(role);
    const before = await checksum(api.db, RECORD);
    const answer = await ask(authorization, ken.userId);
    expect([answer.status, answer.data ?? null]).toEqual([200, null]);
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors[0]!.message).not.toMatch(/context/i);
    expect(answer.errors[0]!.extensions).toMatchObject({
      code: "FORBIDDEN",
      explain: {
        permission: "USER_ROLE_ASSIGN",
        scope: "ROLE",
        grantedBy: expect.arrayContaining([expect.objectContaining({ email: api.people.ADMIN.email })]),
      },
    });
    expect(await refusalsOf(user.userId)).toEqual([{ place: "x-view-as", reason: "USER_ROLE_ASSIGN" }]);
    expect(await checksum(api.db, RECORD)).toBe(before);
  });

  test("is refused an upload with 403, explained and on record", async () => {
    const { user, authorization } = await bearerOf(role);
    const answer = await upload(authorization, ken.userId);
    expect(answer).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN", explain: { permission: "USER_ROLE_ASSIGN", scope: "ROLE" } },
    });
    expect(await refusalsOf(user.userId)).toEqual([{ place: "x-view-as", reason: "USER_ROLE_ASSIGN" }]);
  });

  test("is refused on the websocket in the same words, and it is on record there too", async () => {
    const { user, authorization } = await bearerOf(role);
    const socket = await TestSocket.open(api.url);
    socket.send({ type: "connection_init", payload: { authorization, viewAs: ken.userId } });
    await socket.until(({ type }) => type === "connection_ack");
    const [error] = await socket.refusal(socket.subscribe("subscription { notifications { cursor } }"));
    const { errors } = await ask(authorization, ken.userId);
    expect(error).toEqual(errors[0]);
    expect(await refusalsOf(user.userId)).toHaveLength(2);
    await socket.close();
  });
});

test("an upload through another's eyes is refused as a change is, and nothing is stored", async () => {
  const { user, authorization } = await bearerOf("ADMIN");
  const manager = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER" });
  const before = await checksum(api.db, RECORD);
  const answer = await upload(authorization, manager.userId);
  expect(answer).toMatchObject({
    status: 403,
    body: { code: "FORBIDDEN", explain: { permission: "LEAD_IMPORT", scope: "VIEW_AS" } },
  });
  expect(await checksum(api.db, RECORD)).toBe(before);
  expect(await refusalsOf(user.userId)).toEqual([{ place: "POST /api/imports", reason: "LEAD_IMPORT" }]);
});

test("nobody sees through who is not there: 200 and NOT_FOUND; an upload is 404", async () => {
  const { authorization } = await bearerOf("ADMIN");
  for (const viewAs of [foreign.userId, randomUUID(), "no id", ""]) {
    const answer = await ask(authorization, viewAs);
    expect([answer.status, answer.errors[0]?.extensions], viewAs).toEqual([200, { code: "NOT_FOUND" }]);
    expect(await upload(authorization, viewAs)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  }
});

test("a stranger with the header is a stranger: 401", async () => {
  expect((await ask(undefined, ken.userId)).status).toBe(401);
  expect((await upload(undefined, ken.userId)).status).toBe(401);
});

test("whoever is refused so over and over is told to wait: 429 with retry-after", async () => {
  const { authorization } = await bearerOf("USER");
  let answer = await ask(authorization, ken.userId);
  for (let at = 0; at < 100 && answer.status === 200; at += 1) answer = await ask(authorization, ken.userId);
  expect([answer.status, answer.errors[0]!.extensions.code]).toEqual([429, "RATE_LIMITED"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("none of it was a failed request of ours", () => {
  expect(failures()).toEqual([]);
  expect(api.logLines.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
});
