import { Writable } from "node:stream";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import canonicalize from "canonicalize";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  createAuditStream,
  pauseAuditStream,
  resumeAuditStream,
} from "../../domain/audit/streams/change-streams.js";
import { claimStreams, pauseAfter } from "../../domain/audit/streams/delivery.queries.js";
import { streamSecret } from "../../domain/audit/streams/stream-secret.js";
import { findStreams } from "../../domain/audit/streams/streams.queries.js";
import { newId, type Id } from "../../domain/ids.js";
import { outbound } from "../../platform/outbound/outbound.js";
import { startStreams } from "../../worker/audit/streams.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { seal as sealOnce } from "./proof-support.js";
import { answers, hangs, startReceiver, type Receiver } from "./stream-support.js";

const POOL = 8;
let db: TestDatabase;
let receiver: Receiver;
let person: TestUser;
let worker: ReturnType<typeof startStreams> | null = null;
let logged = "";
beforeAll(async () => {
  db = await freshDatabase({ poolSize: POOL });
});
afterAll(() => db.close());
beforeEach(async () => {
  [receiver, person] = await Promise.all([startReceiver(), makeUser(db.database)]);
  logged = "";
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  receiver.close();
  await db.sql("delete from audit_stream");
  expect(logged).not.toMatch(/canary|whsec_/);
});

const seal = () => sealOnce(db);
async function act(times: number): Promise<void> {
  const one = () => person.op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
  // As many at once as there is room for in the pool.
  for (let left = times; left > 0; left -= POOL)
    await Promise.all(Array.from({ length: Math.min(POOL, left) }, one));
  await seal();
}
function work(allowsPrivate = true) {
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  return (worker = startStreams({
    database: db.database,
    log: pino({ level: "trace" }, sink),
    out: outbound(allowsPrivate),
  }));
}
const stream = async (url = receiver.url, kind = "WEBHOOK"): Promise<Id> =>
  (await person.op.run(createAuditStream, { kind, url, includesPast: true })).streamId;
const view = async (id: Id) => (await findStreams(db.database, person.tenantId, id))[0]!;
/** Up to this number and not beyond, each once and in order. */
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);
const dueNow = () => db.sql("update audit_stream set next_try_at = now()");

test("AU-09 every entry arrives in the order of its number, at most 200 at once, signed, with what is known of people", async () => {
  const id = await stream();
  await act(250);
  work();
  const { cursorSeq, state } = await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  expect([cursorSeq, state]).toEqual([251, "ACTIVE"]);
  expect(receiver.seqs()).toEqual(upTo(251));
  expect(receiver.got.map(({ delivery: { from, to } }) => [from, to])).toEqual([
    [1, 200],
    [201, 251],
  ]);
  const { delivery, headers, text } = receiver.got[0]!;
  expect(delivery.stream).toBe(id);
  expect(headers).toMatchObject({ "content-type": "application/json", "webhook-id": `${id}.1-200` });
  const first = delivery.entries[0]!;
  expect(first.body).toMatchObject({ action: "webhook.changed", tenantId: person.tenantId });
  expect(text).toContain(`"body":${canonicalize(first.body)!}`);
  expect(first.revealed).toContainEqual({
    path: ["actor", "label"],
    salt: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    value: person.email,
  });
  receiver.verifyAll(streamSecret(db.database, id, 1));
  expect(() => receiver.verifyAll(streamSecret(db.database, id, 2))).toThrow(/signature/i);
});

test("what belongs to others never goes there, and a stream that begins now begins with itself", async () => {
  await act(3);
  const other = await makeUser(db.database);
  await other.op.record("auth.logout", { targets: [] });
  await seal();
  const { streamId } = await person.op.run(createAuditStream, { kind: "WEBHOOK", url: receiver.url });
  await act(1);
  work();
  await eventually(
    () => view(streamId),
    ({ waiting }) => waiting === 0,
  );
  expect(receiver.seqs()).toEqual([4, 5]);
  expect(receiver.got[0]!.delivery.entries.map(({ body }) => [body.tenantId, body.action])).toEqual([
    [person.tenantId, "webhook.changed"],
    [person.tenantId, "campaign.paused"],
  ]);
});

test("L11 a receiver that is down for an hour loses nothing: each attempt is later than the one before, and then all arrives", async () => {
  const id = await stream(`http://127.0.0.1:9/hook?token=canary-in-the-url`);
  await act(2);
  work();
  for (let failures = 1; failures <= 4; failures += 1) {
    const [row] = await eventually(
      () =>
        db.sql<{ failures: number; wait: number; last_error: string }>(
          "select failures, extract(epoch from next_try_at - now())::float8 as wait, last_error from audit_stream",
        ),
      ([seen]) => seen!.failures === failures,
    );
    expect(row!.last_error).toMatch(/ECONNREFUSED/);
    expect(row!.last_error).not.toContain("canary");
    expect(row!.wait).toBeLessThan(1.2 * 2 ** (failures - 1));
    await act(1);
    if (failures < 4) await dueNow();
  }
  expect(await view(id)).toMatchObject({ state: "FAILING", cursorSeq: 0 });
  await db.sql("update audit_stream set url = $1, next_try_at = now()", [receiver.url]);
  await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  expect(receiver.seqs()).toEqual(upTo(7));
  expect(await view(id)).toMatchObject({
    state: "ACTIVE",
    lastError: null,
    failingSince: null,
    nextTryAt: null,
  });
});

test.each([
  ["answers 500", answers(500), "Answered 500."],
  [
    "redirects to where secrets are",
    answers(307, { location: "http://169.254.169.254/latest/meta-data" }),
    "Answered 307; redirects are not followed.",
  ],
])("a receiver that %s has not taken it: the same entries come again", async (_what, behaviour, error) => {
  const id = await stream();
  await act(3);
  receiver.behave(behaviour);
  work();
  await eventually(
    () => view(id),
    ({ state }) => state === "FAILING",
  );
  expect(await view(id)).toMatchObject({ cursorSeq: 0, lastError: error, deliveredAt: null });
  receiver.behave(answers(204));
  await dueNow();
  await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  expect(receiver.seqs()).toEqual([...upTo(4), ...upTo(4)]);
  expect(new Set(receiver.got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
});

test("a worker that stops in the middle of a batch leaves the cursor where it was; the next one sends it again", async () => {
  const id = await stream();
  await act(2);
  receiver.behave(hangs);
  work();
  await eventually(
    async () => receiver.got.length,
    (count) => count === 1,
  );
  const begun = performance.now();
  await worker!.stop();
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(await view(id)).toMatchObject({ cursorSeq: 0, state: "ACTIVE", waiting: 3 });
  receiver.behave(answers(200));
  work();
  await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  expect(receiver.seqs()).toEqual([...upTo(3), ...upTo(3)]);
});

test("of two workers one sends at a time; what a dead one held is sent when its lease has run out", async () => {
  const id = await stream();
  await act(1);
  const dead = newId();
  expect((await claimStreams(db.database, dead, 8)).map((claimed) => claimed.id)).toEqual([id]);
  work();
  await sleep(1_300);
  expect(receiver.got).toEqual([]);
  await db.sql("update audit_stream set leased_until = now()");
  await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  expect(receiver.seqs()).toEqual(upTo(2));
});

test("paused, nothing is sent; resumed, it goes on where it stood", async () => {
  const id = await stream();
  await seal();
  work();
  await eventually(
    () => view(id),
    ({ cursorSeq }) => cursorSeq === 1,
  );
  await person.op.run(pauseAuditStream, { streamId: id });
  await act(2);
  await sleep(1_300);
  expect(await view(id)).toMatchObject({ state: "PAUSED", cursorSeq: 1, waiting: 3 });
  await person.op.run(resumeAuditStream, { streamId: id });
  await seal();
  await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  expect(receiver.seqs()).toEqual(upTo(5));
});

test("WH-04 in production nothing is sent into one's own network, whatever the address looks like", async () => {
  const forms = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "2130706433",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
  ];
  const ids = [];
  for (const form of forms) ids.push(await stream(`http://${form}:${receiver.port}/hook`));
  ids.push(await stream(`syslog://127.1:${receiver.port}`, "SYSLOG"));
  await seal();
  work(false);
  for (const id of ids) {
    const { lastError } = await eventually(
      () => view(id),
      ({ state }) => state === "FAILING",
    );
    expect(lastError).toMatch(/leads to an address that is not public\.$/);
  }
  expect(receiver.got).toEqual([]);
});

test("a syslog gets RFC 5424 over TCP, each message with its length before it, and has them when it closes", async () => {
  const received: Buffer[] = [];
  let shuts = false;
  const syslog = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => shuts && received.push(bytes));
    if (shuts) socket.on("end", () => socket.end());
    else socket.destroy();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => syslog.once("listening", resolve));
  const id = await stream(`syslog://127.0.0.1:${(syslog.address() as AddressInfo).port}`, "SYSLOG");
  await person.op.record("campaign.paused", { targets: [], outcome: "DENIED", reasonCode: "FORBIDDEN" });
  await seal();
  work();
  const refused = await eventually(
    () => view(id),
    ({ state, cursorSeq }) => state === "FAILING" || cursorSeq > 0,
  );
  expect(refused).toMatchObject({
    cursorSeq: 0,
    lastError: expect.stringMatching(/closed before|ECONNRESET/) as string,
  });
  shuts = true;
  await dueNow();
  await eventually(
    () => view(id),
    ({ waiting }) => waiting === 0,
  );
  const bytes = Buffer.concat(received);
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(" ", at);
    const end = space + 1 + Number(bytes.subarray(at, space).toString());
    messages.push(bytes.subarray(space + 1, end).toString("utf8"));
    at = end;
  }
  expect(messages).toHaveLength(2);
  const form =
    /^<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S+) postwatch - (\S+) \[postwatch@32473 seq="(\d+)" id="(\S+)" tenant="(\S+)" stream="(\S+)"\] (\{.*\})$/;
  const parts = messages.map((message) => form.exec(message)!.slice(1));
  expect(parts.map(([priority, , , action, seq]) => [priority, action, seq])).toEqual([
    ["110", "webhook.changed", "1"],
    ["108", "campaign.paused", "2"],
  ]);
  for (const [, at, , action, , eventId, tenantId, streamId, body] of parts) {
    expect([tenantId, streamId]).toEqual([person.tenantId, id]);
    expect(JSON.parse(body!)).toMatchObject({ id: eventId, at, action });
  }
  syslog.close();
});

test("pauses double up to five minutes, a fifth more or less", () => {
  expect([1, 2, 3, 4].map((failures) => pauseAfter(failures, 0.5))).toEqual([1, 2, 4, 8]);
  expect([pauseAfter(3, 0), pauseAfter(3, 1)]).toEqual([3.2, 4.800000000000001]);
  expect([pauseAfter(9, 0.5), pauseAfter(500, 0), pauseAfter(500, 1)]).toEqual([256, 240, 300]);
});
