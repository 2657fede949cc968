import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type Api } from "../support/api.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const DELETE = `mutation { deleteCampaign(id: "00000000-0000-7000-8000-000000000000") { __typename } }`;
interface Listed {
  notifications: {
    totalCount: number;
    edges: { cursor: string; node: { id: string; kind: string; title: string; readAt: string | null } }[];
  };
}
const LIST = "{ notifications(first: 10) { totalCount edges { cursor node { id kind title readAt } } } }";

test("RB-10 fifty refusals in a minute tell the administrators once; then one has to wait", async () => {
  const [user, admin] = [await api.as("USER"), await api.as("ADMIN")];
  const socket = await TestSocket.connect(api.url, admin.authorization);
  const id = socket.subscribe("subscription { notifications { cursor notification { title } } }");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const codes = [];
  for (let at = 0; at < 55; at += 1) {
    const { errors, status } = await user.ask(DELETE);
    codes.push(`${errors[0]!.extensions.code} ${status}`);
  }
  expect(codes).toEqual([...Array(50).fill("FORBIDDEN 200"), ...Array(5).fill("RATE_LIMITED 429")]);
  const denials = await api.db.sql("select id from event where action = 'auth.permission.denied'");
  expect(denials).toHaveLength(50);
  const { data } = await admin.ask<Listed>(LIST);
  expect(data!.notifications.totalCount).toBe(1);
  expect(data!.notifications.edges[0]!.node).toMatchObject({
    kind: "REFUSALS",
    title: `${api.people.USER.email} was refused 50 times in a minute`,
    readAt: null,
  });
  const event = await socket.until((message) => message.id === id && message.type === "next");
  expect(JSON.stringify(event)).toContain("was refused 50 times");
  await socket.close();
});

test("what came while one was away comes first, in order, none twice; nobody sees another's", async () => {
  const admin = await api.as("ADMIN");
  const [first] = (await admin.ask<Listed>(LIST)).data!.notifications.edges;
  const make = (userId: string, title: string) =>
    api.db.sql(
      "insert into notification (id, tenant_id, user_id, kind, title, detail) values (uuid_v7(), $1, $2, 'REFUSALS', $3, '')",
      [api.tenantId, userId, title],
    );
  for (const title of ["a", "b", "c"]) await make(api.people.ADMIN.userId, title);
  await make(api.people.MANAGER.userId, "not theirs");
  const socket = await TestSocket.connect(api.url, admin.authorization);
  const id = socket.subscribe(
    `subscription { notifications(after: "${first!.cursor}") { cursor notification { title } } }`,
  );
  const titles = () => socket.events(id).map((event) => JSON.stringify(event).match(/"title":"(\w+)"/)?.[1]);
  await socket.until(() => titles().length === 3);
  await make(api.people.ADMIN.userId, "d");
  api.bus.publish(`person:${api.people.ADMIN.userId}`, { userId: api.people.ADMIN.userId });
  await socket.until(() => titles().length === 4);
  expect(titles()).toEqual(["a", "b", "c", "d"]);
  await socket.close();
});

test("reading marks one's own and no other", async () => {
  const [admin, manager] = [await api.as("ADMIN"), await api.as("MANAGER")];
  const theirs = (await manager.ask<Listed>(LIST)).data!.notifications.edges[0]!.node;
  const mark = (ids: string[] | null) =>
    admin.ask<{ markNotificationsRead: { read: number } }>(
      "mutation ($ids: [ID!]) { markNotificationsRead(ids: $ids) { ... on MarkNotificationsReadSuccess { read } } }",
      { ids },
    );
  expect((await mark([theirs.id])).data!.markNotificationsRead.read).toBe(0);
  expect((await mark(null)).data!.markNotificationsRead.read).toBe(5);
  expect((await manager.ask<Listed>(LIST)).data!.notifications.edges[0]!.node.readAt).toBeNull();
});
