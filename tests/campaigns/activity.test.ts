import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { campaignChannel, type CampaignHint } from "../../domain/channels.js";
import type { Id } from "../../domain/ids.js";
import { encodeCursor } from "../../domain/page.js";
import { startApi, type Api } from "../support/api.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
const open: TestSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.raw.terminate();
});

const ACTIVITY = `subscription ($id: ID!, $after: String) { campaignActivity(campaignId: $id, after: $after) {
  cursor campaign { id } accounting { audience steps { position buckets { bucket count } } } message { id } change { type evidence } gap { reason } } }`;

interface Activity {
  readonly cursor: string;
  readonly accounting: { readonly audience: number; readonly steps: readonly object[] };
  readonly message: { readonly id: string } | null;
  readonly change: { readonly type: string; readonly evidence: string } | null;
  readonly gap: { readonly reason: string } | null;
}

async function watch(id: Id, after?: string) {
  const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
  open.push(socket);
  const operation = socket.subscribe(ACTIVITY, { id, after });
  const event = async (index: number) =>
    (await socket.event<{ campaignActivity: Activity }>(operation, index)).campaignActivity;
  return { socket, operation, event };
}

async function aCampaign(leads = 2) {
  const { campaignId } = await seedCampaign(api.db.database, { tenantId: api.tenantId, leads });
  const messages = await api.db.sql<{ id: Id }>("select id from message where campaign_id = $1 order by id", [
    campaignId,
  ]);
  return { campaignId, messages: messages.map(({ id }) => id) };
}

const NOTE = `insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
  select tenant_id, campaign_id, id, 'sent', 'test', step::text from message, generate_series($2::int, $3::int) step where id = $1
  order by step::int`;
const note = (messageId: Id, from: number, to = from) => api.db.sql(NOTE, [messageId, from, to]);
const ring = (campaignId: Id, messageId: Id) =>
  api.bus.publish(campaignChannel(campaignId), { campaignId, messageId } satisfies CampaignHint);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => String(from + n));

test("AP-07 each change is an event of its own, and whoever comes back is told those in between", async () => {
  const { campaignId, messages } = await aCampaign();
  const first = await watch(campaignId);
  expect(await first.event(0)).toMatchObject({ message: null, change: null, gap: null });
  await note(messages[0]!, 1, 30);
  ring(campaignId, messages[0]!);
  const told = await Promise.all(range(1, 30).map((_, index) => first.event(index + 1)));
  expect(told.map(({ change }) => change!.evidence)).toEqual(range(1, 30));
  expect(told.every(({ message }) => message!.id === messages[0])).toBe(true);
  await first.socket.close();
  await note(messages[1]!, 31, 60);
  const second = await watch(campaignId, told[9]!.cursor);
  const rest = await Promise.all(range(11, 60).map((_, index) => second.event(index)));
  expect(rest.map(({ change }) => change!.evidence)).toEqual(range(11, 60));
  expect(rest.at(-1)).toMatchObject({ message: { id: messages[1] }, accounting: { audience: 2 }, gap: null });
});

test("a change that is written first and committed last is told, in its place", async () => {
  const { campaignId, messages } = await aCampaign();
  const { event } = await watch(campaignId);
  await event(0);
  const late = await api.db.database.pool.connect();
  try {
    await late.query("begin");
    await late.query(NOTE, [messages[0], 1, 1]);
    await note(messages[1]!, 2);
    ring(campaignId, messages[1]!);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await late.query("commit");
  } finally {
    late.release();
  }
  expect([(await event(1)).change?.evidence, (await event(2)).change?.evidence]).toEqual(["1", "2"]);
});

test("more than 1,000 changes are a gap with the present state; then it goes on", async () => {
  const { campaignId, messages } = await aCampaign();
  const first = await watch(campaignId);
  const { cursor } = await first.event(0);
  await first.socket.close();
  await note(messages[0]!, 1, 1_001);
  const { event } = await watch(campaignId, cursor);
  const present = await event(0);
  expect(present).toMatchObject({
    message: null,
    change: null,
    gap: { reason: "TOO_FAR_BEHIND" },
    accounting: { audience: 2 },
  });
  await note(messages[0]!, 1_002);
  ring(campaignId, messages[0]!);
  expect((await event(1)).change!.evidence).toBe("1002");
});

test("a cursor ahead of all changes is a gap; one of another campaign is refused", async () => {
  const [one, other] = [await aCampaign(), await aCampaign()];
  const ahead = encodeCursor(["campaignActivity", api.tenantId, one.campaignId, "999999999"]);
  expect(await (await watch(one.campaignId, ahead)).event(0)).toMatchObject({ gap: { reason: "AHEAD" } });
  const { socket, operation } = await watch(other.campaignId, ahead);
  expect((await socket.refusal(operation))[0]).toMatchObject({
    extensions: { code: "BAD_USER_INPUT", issues: [{ path: ["after"], rule: "cursor", value: ahead }] },
  });
});

test("whoever does not ask for the changes is told the state, not once for each of them", async () => {
  const { campaignId, messages } = await aCampaign();
  const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
  open.push(socket);
  const id = socket.subscribe(
    `subscription ($id: ID!) { campaignActivity(campaignId: $id) { ...State } }
     fragment State on CampaignActivityEvent { accounting { audience } gap { reason } }`,
    { id: campaignId },
  );
  await socket.event(id, 0);
  await note(messages[0]!, 1, 2_000);
  ring(campaignId, messages[0]!);
  expect(await socket.event(id, 1)).toEqual({
    campaignActivity: { accounting: { audience: 2 }, gap: null },
  });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(socket.events(id)).toHaveLength(2);
});

test("each event says how each step stands, also when its figures have changed since the last one", async () => {
  const { campaignId, messages } = await aCampaign();
  const { event } = await watch(campaignId);
  const stands = (...buckets: object[]) => [{ position: 1, buckets }];
  expect((await event(0)).accounting.steps).toEqual(stands({ bucket: "QUEUED", count: 2 }));
  await api.db.sql("update message set state = 'SENT', sent_at = now() where id = $1", [messages[0]!]);
  await note(messages[0]!, 1);
  ring(campaignId, messages[0]!);
  expect((await event(1)).accounting.steps).toEqual(
    stands({ bucket: "QUEUED", count: 1 }, { bucket: "SENT", count: 1 }),
  );
});
