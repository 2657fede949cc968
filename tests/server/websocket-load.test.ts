import "reflect-metadata";
import { once } from "node:events";
import type { Socket } from "node:net";
import { Query, Resolver, Root, Subscription } from "type-graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api } from "../support/api.js";
import { makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { rawExchange } from "../support/raw-http.js";
import { TestSocket } from "../support/socket.js";

const sources = { open: 0, heavyEvents: 0 };

/** A source that gives a number every 20 ms, and one that is heavy and hardly waits. */
@Resolver()
class Ticking {
  @Query(() => String)
  ping(): string {
    return "pong";
  }

  @Subscription(() => String, { subscribe: () => ticks() })
  ticks(@Root() count: number): string {
    return String(count);
  }

  @Subscription(() => String, { subscribe: () => heavy() })
  heavy(@Root() text: string): string {
    return text;
  }
}

async function* ticks() {
  sources.open += 1;
  try {
    for (let count = 0; ; count += 1) {
      yield count;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    sources.open -= 1;
  }
}

async function* heavy() {
  for (;;) {
    sources.heavyEvents += 1;
    yield "x".repeat(256 * 1024);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const TICKS = "subscription { ticks }";
const start = () =>
  startApi({
    built: buildSchema([
      ...SHELVES,
      {
        resolvers: [Ticking],
        rules: { Query: { ping: "public" }, Subscription: { ticks: "signedIn", heavy: "signedIn" } },
      },
    ]),
    // So that one machine can be many networks.
    environment: { TRUST_PROXY: "127.0.0.1" },
  });

let api: Api;
beforeAll(async () => {
  api = await start();
});
afterAll(() => api.close());

/** A person of their own, so that nobody else's sockets count. */
async function somebody(server = api): Promise<string> {
  const user = await makeUser(server.db.database, { tenantId: server.tenantId, role: "MANAGER" });
  return `Bearer ${await server.tokenOf(user)}`;
}
/** An open socket with the line below it, to write what no client would. */
async function openRaw(): Promise<{ raw: WebSocket; line: Socket }> {
  const raw = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  raw.on("error", () => {});
  const [[response]] = (await Promise.all([once(raw, "upgrade"), once(raw, "open")])) as [
    [{ socket: Socket }],
    [],
  ];
  return { raw, line: response.socket };
}
const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
const many = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)));
const closeAll = (sockets: readonly TestSocket[]) => Promise.all(sockets.map((socket) => socket.close()));

describe("G30 how many", () => {
  test("of ninety subscriptions on one socket twenty run; what ends makes room", async () => {
    const socket = await TestSocket.connect(api.url, await somebody());
    const ids = Array.from({ length: 90 }, () => socket.subscribe(TICKS));
    const refused = () => socket.messages.filter(({ type }) => type === "error");
    await eventually(refused, (errors) => errors.length >= 70);
    const running = ids.filter((id) => !refused().some((error) => error.id === id));
    expect(running).toHaveLength(20);
    for (const { payload } of refused())
      expect(payload).toMatchObject([{ extensions: { code: "TOO_MANY_SUBSCRIPTIONS" } }]);
    for (const id of running) await socket.event(id, 2);
    expect(sources.open).toBe(20);
    socket.complete(running[0]!);
    await eventually(() => sources.open === 19);
    const next = socket.subscribe(TICKS);
    await socket.event(next, 1);
    await socket.close();
    await eventually(() => sources.open === 0);
  });

  test("of sixty sockets that a person opens at once ten stay, fifty are closed with 4429", async () => {
    const authorization = await somebody();
    const sockets = await many(60, () => TestSocket.open(api.url));
    for (const socket of sockets) socket.send({ type: "connection_init", payload: { authorization } });
    const isAcknowledged = (socket: TestSocket) =>
      socket.messages.some(({ type }) => type === "connection_ack");
    const shut = () => sockets.filter(({ raw }) => raw.readyState === WebSocket.CLOSED);
    await eventually(() => shut().length === 50 && sockets.filter(isAcknowledged).length === 10);
    for (const socket of shut())
      expect(await socket.closed).toEqual({ code: 4429, reason: "Too many connections" });
    // Somebody else is not in the way of it, and a socket that goes makes room.
    const other = await TestSocket.connect(api.url, await somebody());
    const kept = sockets.filter(isAcknowledged);
    await kept[0]!.close();
    await eventually(() => api.app.live.count === 10);
    const again = await TestSocket.connect(api.url, authorization);
    await closeAll([other, again, ...kept.slice(1)]);
  });

  test("of 230 sockets of one network 200 are opened, the others refused with 429; other networks have room", async () => {
    const outcomes = await many(230, (at) =>
      // An IPv6 caller has a /64 to choose from: that is one network.
      TestSocket.open(api.url, from(`2001:db8:0:1::${(at + 1).toString(16)}`)).catch(
        (error: Error) => error.message,
      ),
    );
    const opened = outcomes.filter((outcome) => typeof outcome !== "string");
    expect(opened).toHaveLength(200);
    expect(new Set(outcomes.filter((outcome) => typeof outcome === "string"))).toEqual(
      new Set(["upgrade refused with 429"]),
    );
    const neighbour = await TestSocket.open(api.url, from("2001:db8:0:2::1"));
    const local = await TestSocket.open(api.url);
    // None of them says who it is, so none stays longer than three seconds.
    const closed = await Promise.all(opened.map((socket) => socket.closed));
    expect(new Set(closed.map(({ code }) => code))).toEqual(new Set([4408]));
    const again = await eventually(
      () => TestSocket.open(api.url, from("2001:db8:0:1::1")).catch(() => null),
      (socket) => socket !== null,
    );
    await closeAll([neighbour, local, again!]);
  });
});

describe("G28 how much", () => {
  test("a frame over 64 kB is closed with 1009, also when it comes in pieces", async () => {
    const whole = await TestSocket.connect(api.url, await somebody());
    whole.send("x".repeat(1024 * 1024));
    expect((await whole.closed).code).toBe(1009);
    const pieces = await TestSocket.connect(api.url, await somebody());
    for (let at = 0; at < 10_000 && pieces.raw.readyState === WebSocket.OPEN; at += 1)
      pieces.raw.send("x".repeat(100), { fin: false });
    expect([1006, 1009]).toContain((await pieces.closed).code);
    await eventually(() => api.app.live.count === 0);
  });

  test("ten thousand tiny pieces end the socket and nothing else", async () => {
    const bystander = await TestSocket.connect(api.url, await somebody());
    const id = bystander.subscribe(TICKS);
    const socket = await TestSocket.connect(api.url, await somebody());
    for (let at = 0; at < 10_000; at += 1) socket.raw.send("x", { fin: at === 9999 });
    expect([1006, 1008, 1009, 4400]).toContain((await socket.closed).code);
    const seen = bystander.events(id).length;
    await bystander.event(id, seen + 2);
    await bystander.close();
  });

  test("compression is off: it is not agreed to, and a compressed frame is closed with 1002", async () => {
    const { raw, line } = await openRaw();
    expect(raw.extensions).toBe("");
    // Final, compressed (RSV1), text, masked with zeros, one byte.
    line.write(Buffer.from([0b1100_0001, 0b1000_0001, 0, 0, 0, 0, 0x78]));
    const [code] = (await once(raw, "close")) as [number];
    expect(code).toBe(1002);
  });

  test("a flood of messages or of pings is closed with 4429", async () => {
    const messages = await TestSocket.connect(api.url, await somebody());
    for (let count = 0; count < 500; count += 1) messages.send({ type: "ping" });
    expect(await messages.closed).toEqual({ code: 4429, reason: "Too many messages" });
    const paced = await TestSocket.connect(api.url, await somebody());
    while (paced.raw.readyState === WebSocket.OPEN) {
      paced.raw.ping();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await paced.closed).toEqual({ code: 4429, reason: "Too many pings" });
    // Hundreds at once are not even answered: the line is cut.
    const burst = await TestSocket.connect(api.url, await somebody());
    for (let count = 0; count < 500; count += 1) burst.raw.ping();
    expect([1006, 4429]).toContain((await burst.closed).code);
  });

  test("garbage of fifty kinds closes its own socket each time, and the server stands", async () => {
    const garbage: (string | Buffer)[] = [
      "",
      "null",
      "[]",
      "7",
      "{}",
      '{"type":"subscribe"}',
      '{"type":"subscribe","id":7,"payload":{}}',
      '{"type":"subscribe","id":"a","payload":{"query":7}}',
      '{"type":"next","id":"a","payload":{}}',
      '{"type":"error","id":"a","payload":[{"message":"x"}]}',
      '{"type":"connection_ack"}',
      '{"__proto__":{"polluted":true},"type":"connection_init"}',
      '{"type":"connection_init","payload":"x"}',
      Buffer.from([0xff, 0xfe, 0x00]),
      "[".repeat(60_000),
      ...Array.from({ length: 37 }, (_, at) =>
        String.fromCharCode(...Array.from({ length: 50 }, (__, n) => (at * n * 7) % 0xd800)),
      ),
    ];
    for (const text of garbage) {
      const socket = await TestSocket.open(api.url);
      socket.raw.send(text);
      const { code } = await socket.closed;
      expect([4400, 4401, 4403]).toContain(code);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const socket = await TestSocket.connect(api.url, await somebody());
    await socket.event(socket.subscribe(TICKS), 1);
    await socket.close();
  });
});

test(
  "G32 a reader who takes nothing slows its source down, is cut off, and costs little memory meanwhile",
  { timeout: 60_000 },
  async () => {
    const readers = await many(4, async () => TestSocket.connect(api.url, await somebody()));
    sources.heavyEvents = 0;
    const before = process.memoryUsage().rss;
    for (const reader of readers) {
      reader.raw.pause();
      for (let count = 0; count < 5; count += 1) reader.subscribe("subscription { heavy }");
    }
    await eventually(() => sources.heavyEvents > 0);
    await eventually(
      () => api.app.live.count,
      (count) => count === 0,
      40_000,
    );
    // What the kernel buffers for a line, and two megabytes; not a quarter of one for every event.
    expect(sources.heavyEvents).toBeLessThan(600);
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024);
    for (const reader of readers) reader.raw.terminate();
  },
);

test(
  "G34 a server that goes tells a hundred subscribers 1001, and all their sources end",
  { timeout: 60_000 },
  async () => {
    const going = await start();
    const people = await many(10, () => somebody(going));
    const sockets = await many(100, (at) => TestSocket.connect(going.url, people[at % 10]!));
    const ids = sockets.map((socket) => socket.subscribe(TICKS));
    for (const [at, socket] of sockets.entries()) await socket.event(ids[at]!, 0);
    expect(sources.open).toBe(100);
    const closing = going.close();
    const closed = await Promise.all(sockets.map((socket) => socket.closed));
    expect(new Set(closed.map(({ code, reason }) => `${code} ${reason}`))).toEqual(
      new Set(["1001 The server is going away"]),
    );
    await closing;
    await eventually(() => sources.open === 0);
    // The others never noticed.
    const socket = await TestSocket.connect(api.url, await somebody());
    await socket.event(socket.subscribe(TICKS), 1);
    await socket.close();
  },
);

test(
  "whoever does not answer a ping is cut off at the next one; who answers stays, without a word of their own",
  { timeout: 60_000 },
  async () => {
    const authorization = await somebody();
    const silent = await TestSocket.open(api.url, { autoPong: false });
    const quiet = await TestSocket.connect(api.url, authorization);
    silent.send({ type: "connection_init", payload: { authorization } });
    await silent.until(({ type }) => type === "connection_ack");
    const pings = [0, 0];
    silent.raw.on("ping", () => (pings[0]! += 1));
    quiet.raw.on("ping", () => (pings[1]! += 1));
    expect(await silent.closed).toEqual({ code: 1006, reason: "" });
    expect(pings[0]).toBe(1);
    await eventually(() => pings[1] === 2, Boolean, 5_000);
    expect(quiet.raw.readyState).toBe(quiet.raw.OPEN);
    await quiet.close();
  },
);

test("a socket that breaks in the middle of the handshake or of a frame leaves nothing behind", async () => {
  for (const bytes of [
    "GET /graphql HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: bad\r\nsec-websocket-version: 13\r\n\r\n",
    "GET /graphql HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
  ]) {
    const answer = await rawExchange(api.url, bytes);
    expect([answer.status, answer.isClosed]).toEqual([400, true]);
  }
  const { raw, line } = await openRaw();
  line.write(Buffer.from([0b1000_0001, 0b1111_1110, 0xff]));
  line.destroy();
  await once(raw, "close");
  await eventually(() => api.app.live.count === 0);
  expect(api.logLines.filter((text) => /"level":[56]0/.test(text))).toEqual([]);
});
