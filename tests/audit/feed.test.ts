import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { encodeCursor } from "../../domain/page.js";
import { Database } from "../../platform/database/database.js";
import type { Repetition } from "../../platform/repeat.js";
import type { Statement } from "../../domain/operation.js";
import { startSealer } from "../../worker/audit/sealer.js";
import { startApi, type Api } from "../support/api.js";
import { makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";
import { startTcpProxy } from "../support/tcp-proxy.js";
import { APPENDED, Follower, seeded, writeEntries, type Appended } from "./feed-support.js";
import { TEST_KEY } from "./proof-support.js";

let api: Api;
let sealer: Repetition;
/** Every statement that the server has run. */
const ran: string[] = [];

beforeAll(async () => {
  api = await startApi({
    async openDatabase(url) {
      const database = await Database.open(url, {
        poolSize: 5,
        statementTimeoutMs: 10_000,
        applicationName: "test",
      });
      const query = database.query.bind(database);
      database.query = <T>(asked: Statement<T>, values?: readonly unknown[]) => {
        ran.push(asked.text);
        return query(asked, values);
      };
      return database;
    },
  });
  const log = pino({ level: "silent" });
  sealer = startSealer({ database: api.db.database, bus: api.bus, log, key: TEST_KEY, previousKey: null });
});
afterAll(async () => {
  await sealer.stop();
  await api.close();
});

const open: TestSocket[] = [];
afterEach(async () => {
  for (const socket of open.splice(0)) socket.raw.terminate();
});

const bearer = async (user: TestUser) => `Bearer ${await api.tokenOf(user)}`;
async function subscribe(user: TestUser, variables: object = {}) {
  const socket = await TestSocket.connect(api.url, await bearer(user));
  open.push(socket);
  const id = socket.subscribe(APPENDED, variables);
  const event = async (index: number) =>
    (await socket.event<{ auditAppended: Appended }>(id, index)).auditAppended;
  return { socket, id, event };
}
const IMPORTS = { action: "lead.imported" };
const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}:${index + 1}`);
const sealed = (user: TestUser, count: number) =>
  eventually(
    async () =>
      (
        await api.db.sql<{ seq: number }>(
          "select l.seq from event_leaf l join event e on e.id = l.event_id where chain_id = $1 and e.action = 'lead.imported' order by seq",
          [user.tenantId],
        )
      ).map(({ seq }) => Number(seq)),
    (seqs) => seqs.length === count,
    20_000,
  );
const cursorAt = (user: TestUser, seq: number) => encodeCursor(["auditAppended", user.tenantId, String(seq)]);

test("AC-08 10,000 entries over a line that is cut 50 times: all, in order, none twice", async () => {
  const user = await makeUser(api.db.database);
  const proxy = await startTcpProxy(Number(new URL(api.url).port));
  const url = `http://127.0.0.1:${proxy.port}`;
  const random = seeded(20_261_126);
  const reader = new Follower(await bearer(user), IMPORTS);
  await writeEntries(api.db, user.tenantId, { count: 1 });
  reader.cursor = cursorAt(user, 0);
  const writing = (async () => {
    for (let from = 2; from <= 10_000; from += 500)
      await writeEntries(api.db, user.tenantId, { from, count: Math.min(500, 10_001 - from) });
  })();
  let cuts = 0;
  for (; cuts < 50; cuts += 1) {
    const isOurs = random() < 0.7;
    const { ended } = await reader.open(url, isOurs ? Math.floor(random() * 300) : Infinity);
    if (!isOurs) {
      await new Promise((resolve) => setTimeout(resolve, random() * 60));
      await proxy.cut();
      await proxy.mend();
    }
    await ended;
  }
  expect(reader.seen.length).toBeLessThan(10_000);
  await writing;
  await reader.open(url);
  await eventually(
    () => reader.seen.length,
    (count) => count >= 10_000,
    20_000,
  );
  expect(reader.seen).toEqual(named("entry", 10_000));
  expect(reader.gaps).toEqual([]);
  reader.socket!.raw.terminate();
  await proxy.stop();
}, 120_000);

test("an action of one person is on another's screen within a second, and on no other organisation's", async () => {
  const user = await makeUser(api.db.database);
  const other = await makeUser(api.db.database);
  const { event } = await subscribe(user, { filter: { actionPrefix: "campaign" } });
  const elsewhere = await subscribe(other, { filter: { actionPrefix: "campaign" } });
  await new Promise((resolve) => setTimeout(resolve, 500)); // both are open
  const began = performance.now();
  await user.op.record("lead.created", { targets: [] });
  await user.op.record("campaign.paused", { targets: [{ type: "campaign", id: user.userId }] });
  expect((await event(0)).auditLog).toMatchObject({ action: "campaign.paused" });
  expect(performance.now() - began).toBeLessThan(1_000);
  await other.op.record("campaign.resumed", { targets: [] });
  expect(await elsewhere.event(0)).toMatchObject({ auditLog: { action: "campaign.resumed" }, gap: null });
  expect(elsewhere.socket.events(elsewhere.id)).toHaveLength(1);
});

test("a cursor ahead of the record is a gap with the newest entries, and the stream goes on from there", async () => {
  const user = await makeUser(api.db.database);
  await writeEntries(api.db, user.tenantId, { count: 60 });
  const numbers = await sealed(user, 60);
  const { event } = await subscribe(user, { filter: IMPORTS, after: cursorAt(user, 1_000_000) });
  const first = await event(0);
  expect(first.auditLog).toBeNull();
  expect(first.gap!.reason).toBe("AHEAD");
  expect(first.gap!.snapshot.map(({ seq }) => seq)).toEqual(numbers.toReversed().slice(0, 50));
  await writeEntries(api.db, user.tenantId, { count: 1, name: "later" });
  expect(await event(1)).toMatchObject({ auditLog: { requestId: "later:1" }, gap: null });
});

test("what retention has deleted is a gap for whoever stands before it, and for nobody else", async () => {
  const user = await makeUser(api.db.database);
  await writeEntries(api.db, user.tenantId, { count: 6 });
  const numbers = await sealed(user, 6);
  await api.db.sql(
    `insert into audit_purge (chain_id, month, first_seal, last_seal, first_seq, last_seq, policy)
     values ($1, '2020-01-01', 1, 1, 1, $2, '12 months')`,
    [user.tenantId, numbers[2]],
  );
  const before = await subscribe(user, { filter: IMPORTS, after: cursorAt(user, numbers[2]! - 1) });
  expect(await before.event(0)).toMatchObject({ auditLog: null, gap: { reason: "PURGED" } });
  const behind = await subscribe(user, { filter: IMPORTS, after: cursorAt(user, numbers[2]!) });
  expect(await behind.event(0)).toMatchObject({ auditLog: { requestId: "entry:4" }, gap: null });
});

test.each([
  ["another organisation's", (_: TestUser, other: TestUser) => cursorAt(other, 1)],
  ["of another stream", (user: TestUser) => encodeCursor(["notifications", user.tenantId, "1"])],
  ["no cursor", () => "nonsense"],
  ["no number", (user: TestUser) => encodeCursor(["auditAppended", user.tenantId, "-1"])],
])("a cursor that is %s is refused by name", async (_, cursorOf) => {
  const [user, other] = [await makeUser(api.db.database), await makeUser(api.db.database)];
  const after = cursorOf(user, other);
  const { socket, id } = await subscribe(user, { after });
  expect((await socket.refusal(id))[0]).toMatchObject({
    extensions: { code: "BAD_USER_INPUT", issues: [{ path: ["after"], rule: "cursor", value: after }] },
  });
});

test("whoever loses the right in the middle of it gets nothing more", async () => {
  const { tenantId } = await makeUser(api.db.database);
  const user = await makeUser(api.db.database, { tenantId });
  const { socket, id, event } = await subscribe(user, { filter: IMPORTS });
  await new Promise((resolve) => setTimeout(resolve, 500)); // it is open
  await writeEntries(api.db, tenantId, { count: 1 });
  expect((await event(0)).auditLog!.requestId).toBe("entry:1");
  await api.db.sql("update membership set role = 'USER' where user_id = $1", [user.userId]);
  await new Promise((resolve) => setTimeout(resolve, 700));
  await writeEntries(api.db, tenantId, { count: 100, name: "secret" });
  expect((await socket.closed).code).toBe(4403);
  expect(socket.events(id)).toHaveLength(1);
  const again = await subscribe(user);
  expect((await again.socket.refusal(again.id))[0]).toMatchObject({ extensions: { code: "FORBIDDEN" } });
});

test("a reader that stops reading is cut off, costs what one page does, and misses nothing when it is back", async () => {
  const user = await makeUser(api.db.database);
  const [slow, quick] = [
    new Follower(await bearer(user), { ...IMPORTS, outcome: "SUCCESS" }),
    new Follower(await bearer(user), IMPORTS),
  ];
  slow.cursor = quick.cursor = cursorAt(user, 0);
  const { ended } = await slow.open(api.url);
  slow.socket!.raw.pause();
  await quick.open(api.url);
  const pagesOfSlow = () => ran.filter((text) => text.includes("event_leaf l") && text.includes("'SUCCESS'"));
  const before = pagesOfSlow().length;
  await writeEntries(api.db, user.tenantId, { count: 1_200, bytes: 20_000 });
  await eventually(
    () => quick.seen.length,
    (count) => count === 1_200,
    30_000,
  );
  expect(quick.seen).toEqual(named("entry", 1_200));
  expect(pagesOfSlow().length - before).toBeLessThan(5);
  await eventually(
    () => api.app.live.count,
    (count) => count === 1,
    20_000,
  );
  slow.socket!.raw.terminate();
  await ended;
  expect(slow.seen.length).toBeLessThan(1_200);
  await slow.open(api.url);
  await eventually(
    () => slow.seen.length,
    (count) => count >= 1_200,
    20_000,
  );
  expect(slow.seen).toEqual(named("entry", 1_200));
  slow.socket!.raw.terminate();
  quick.socket!.raw.terminate();
}, 120_000);
