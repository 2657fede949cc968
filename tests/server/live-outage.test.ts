import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { campaignChannel, personChannel } from "../../domain/channels.js";
import { Database } from "../../platform/database/database.js";
import { GIVE_UP_MS } from "../../schema/shared-source.js";
import { startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";

let api: Api;
let line: TcpProxy;
let admin: string;
beforeAll(async () => {
  api = await startApi({
    async openDatabase(databaseUrl) {
      const url = new URL(databaseUrl);
      line = await startTcpProxy(Number(url.port));
      url.port = String(line.port);
      const options = { poolSize: 4, statementTimeoutMs: 5000, applicationName: "live-outage-test" };
      return Database.open(url.href, options);
    },
  });
  admin = (await api.as("ADMIN")).authorization!;
});
afterAll(async () => {
  await api.close();
  await line.stop();
});

const errors = () => api.logLines.filter((text) => /"level":[56]0/.test(text));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ACTIVITY = `subscription ($id: ID!) { campaignActivity(campaignId: $id) { campaign { name team { name } } } }`;

async function aCampaign(): Promise<string> {
  const id = randomUUID();
  await api.db.sql(
    "insert into campaign (id, tenant_id, name, from_name, from_email, audience) values ($1, $2, 'Before', 'Ada', 'ada@example.com', '{}')",
    [id, api.tenantId],
  );
  return id;
}

/** Says that something is new, as the relay does; the server cannot read it while the line is cut. */
function ring(campaignId: string): void {
  api.bus.publish(campaignChannel(campaignId), { messageId: null });
  api.bus.publish(personChannel(api.people.ADMIN.userId), { userId: api.people.ADMIN.userId });
}

async function changeEverything(campaignId: string): Promise<void> {
  await api.db.sql("update campaign set name = 'After' where id = $1", [campaignId]);
  await api.db.sql(
    "insert into notification (id, tenant_id, user_id, kind, title, detail, href, created_at) values ($1, $2, $3, 'REFUSALS', 'News', '', '/', now())",
    [randomUUID(), api.tenantId, api.people.ADMIN.userId],
  );
}

test("while the database is away a stream says nothing, and goes on afterwards on the same socket", async () => {
  const id = await aCampaign();
  const socket = await TestSocket.connect(api.url, admin);
  const activity = socket.subscribe(ACTIVITY, { id });
  const news = socket.subscribe("subscription { notifications { notification { title } } }");
  const first = { campaignActivity: { campaign: { name: "Before", team: null } } };
  expect(await socket.event(activity)).toEqual(first);
  await sleep(600); // the notifications have begun to follow
  const seen = socket.events(activity).length;
  await line.cut();
  await changeEverything(id);
  for (let round = 0; round < 8; round += 1) {
    ring(id);
    await sleep(300);
  }
  expect(socket.events(activity)).toHaveLength(seen);
  expect(socket.events(news)).toEqual([]);
  await line.mend();
  const next = await socket.event<{ campaignActivity: object }>(activity, seen);
  expect(next.campaignActivity).toEqual({ campaign: { name: "After", team: null } });
  expect(await socket.event(news)).toEqual({ notifications: { notification: { title: "News" } } });
  expect(socket.messages.filter(({ type }) => type === "error" || type === "complete")).toEqual([]);
  // One line a stream, however often it was tried.
  expect(errors()).toHaveLength(2);
  for (const text of errors()) expect(text).toContain("it is tried again");
  await socket.close();
});

test("what is away for longer than a blip closes sockets, old and new, with 1013; they come back", async () => {
  const id = await aCampaign();
  const socket = await TestSocket.connect(api.url, admin);
  const activity = socket.subscribe(ACTIVITY, { id });
  await socket.event(activity);
  const latecomer = await TestSocket.connect(api.url, admin);
  const told = errors().length;
  await line.cut();
  ring(id);
  const newcomer = await TestSocket.open(api.url);
  await sleep(600); // longer than an answer about the session is kept
  newcomer.send({ type: "connection_init", payload: { authorization: admin } });
  latecomer.subscribe(ACTIVITY, { id });
  const goodbye = { code: 1013, reason: "Try again later" };
  expect(await newcomer.closed).toEqual(goodbye);
  const closed = await eventually(
    () => Promise.race([socket.closed, sleep(10).then(() => null)]),
    (end) => end !== null,
    GIVE_UP_MS + 8000,
  );
  expect(closed).toEqual(goodbye);
  expect(await latecomer.closed).toEqual(goodbye);
  for (const { messages } of [socket, latecomer])
    expect(messages.filter(({ type }) => type === "error" || type === "complete")).toEqual([]);
  // Nothing else went wrong.
  for (const text of errors().slice(told)) expect(text).toMatch(/it is tried again|what it needs is away/);
  await line.mend();
  const again = await eventually(() => TestSocket.connect(api.url, admin).catch(() => null));
  await again!.event(again!.subscribe(ACTIVITY, { id }));
  await again!.close();
});

test("a subscription that is opened while the database is away waits for it", async () => {
  const id = await aCampaign();
  const socket = await TestSocket.connect(api.url, admin);
  await line.cut();
  await sleep(600);
  const activity = socket.subscribe(ACTIVITY, { id });
  await sleep(500);
  expect(socket.messages.filter((message) => message.id === activity)).toEqual([]);
  await line.mend();
  await socket.event(activity);
  await socket.close();
});
