import "reflect-metadata";
import { once } from "node:events";
import { Root, Query, Resolver, Subscription } from "type-graphql";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SESSIONS_CHANNEL } from "../../domain/channels.js";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api } from "../support/api.js";
import { makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { claimsOf, KNOWN_SECRET, nowSeconds, sign } from "../support/forge.js";
import { TestSocket } from "../support/socket.js";

const sources = { opened: 0, closed: 0 };

/** A source that gives a number every 20 ms and counts who listens. */
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

  @Subscription(() => String, { subscribe: () => ticks() })
  leaky(): string {
    throw new Error('relation "secret_table" does not exist at /srv/app/query.js');
  }
}

async function* ticks() {
  sources.opened += 1;
  try {
    for (let count = 0; ; count += 1) {
      yield count;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    sources.closed += 1;
  }
}

let api: Api;
let admin: string;
beforeAll(async () => {
  const rules = {
    Query: { ping: "public" },
    Subscription: { ticks: "signedIn", leaky: "signedIn" },
  } as const;
  api = await startApi({
    built: buildSchema([...SHELVES, { resolvers: [Ticking], rules }]),
    environment: { JWT_SECRET: KNOWN_SECRET },
  });
  admin = (await api.as("ADMIN")).authorization!;
});
afterAll(() => api.close());

/** A person of their own, so that what a test does to the session stays its own. */
async function somebody(): Promise<{ user: TestUser; authorization: string }> {
  const user = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER" });
  return { user, authorization: `Bearer ${await api.tokenOf(user)}` };
}

describe("the door", () => {
  test("G24 without connection_init it is closed with 4408 after three seconds", async () => {
    const started = performance.now();
    const socket = await TestSocket.open(api.url);
    expect((await socket.closed).code).toBe(4408);
    expect(performance.now() - started).toBeGreaterThan(2900);
  });

  test("G25 an init without, with a bad, or with an expired token is closed with 4403", async () => {
    const expired = await sign(
      claimsOf(api.people.ADMIN, { iat: nowSeconds() - 700, exp: nowSeconds() - 100 }),
    );
    const payloads = [
      undefined,
      {},
      { authorization: "Bearer junk" },
      { authorization: 7 },
      { authorization: `Bearer ${expired}` },
    ];
    for (const payload of payloads) {
      const socket = await TestSocket.open(api.url);
      socket.send({ type: "connection_init", payload });
      expect((await socket.closed).code).toBe(4403);
    }
    expect(api.app.live.count).toBe(0);
  });

  test("the name of the parameter may have capitals, as GraphiQL sends it", async () => {
    const socket = await TestSocket.open(api.url);
    socket.send({ type: "connection_init", payload: { Authorization: admin } });
    await socket.until((message) => message.type === "connection_ack");
    await socket.close();
  });

  test("G26 what breaks the protocol closes with the code that names it", async () => {
    const cases: [number, (socket: TestSocket) => void][] = [
      [4401, (socket) => void socket.subscribe("subscription { ticks }")],
      [4400, (socket) => socket.send("no json")],
      [4400, (socket) => socket.send({ type: "unknown" })],
    ];
    for (const [code, act] of cases) {
      const socket = await TestSocket.open(api.url);
      act(socket);
      expect((await socket.closed).code).toBe(code);
    }
    const twice = await TestSocket.connect(api.url, admin);
    twice.send({ type: "connection_init", payload: { authorization: admin } });
    expect((await twice.closed).code).toBe(4429);
    const sameId = await TestSocket.connect(api.url, admin);
    const id = sameId.subscribe("subscription { ticks }");
    await sameId.event(id);
    sameId.send({ type: "subscribe", id, payload: { query: "subscription { ticks }" } });
    expect((await sameId.closed).code).toBe(4409);
  });

  test("G26 another subprotocol is not spoken", async () => {
    await expect(TestSocket.open(api.url, { protocol: "graphql-ws" })).rejects.toThrow();
  });

  test("G27 a page of another origin is refused when it opens the socket, our own is not", async () => {
    await expect(TestSocket.open(api.url, { origin: "https://evil.example" })).rejects.toThrow("403");
    await expect(TestSocket.open(api.url, { origin: "null" })).rejects.toThrow("403");
    const own = await TestSocket.open(api.url, { origin: api.url });
    await own.close();
  });

  test("another path is refused", async () => {
    const raw = new WebSocket(`${api.url.replace("http", "ws")}/elsewhere`, "graphql-transport-ws");
    const [, response] = (await once(raw, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
    raw.on("error", () => {});
    raw.terminate();
  });

  test("the cookie of our own page opens it; of another page or without an origin it does not", async () => {
    const password = "correct horse battery";
    const { hashPassword } = await import("../../domain/users/index.js");
    const user = await makeUser(api.db.database, { tenantId: api.tenantId });
    await api.db.sql("update app_user set password_hash = $2 where id = $1", [
      user.userId,
      await hashPassword(password),
    ]);
    const stranger = await api.as("ANONYMOUS");
    const response = await stranger.fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        query:
          "mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { __typename } }",
        variables: { email: user.email, password },
      }),
    });
    const cookie = response.headers.getSetCookie()[0]!.split(";")[0]!;
    const own = await TestSocket.open(api.url, { origin: api.url, headers: { cookie } });
    own.send({ type: "connection_init" });
    await own.until((message) => message.type === "connection_ack");
    await own.close();
    const program = await TestSocket.open(api.url, { headers: { cookie } });
    program.send({ type: "connection_init" });
    expect((await program.closed).code).toBe(4403);
    await expect(
      TestSocket.open(api.url, { origin: "https://evil.example", headers: { cookie } }),
    ).rejects.toThrow("403");
  });
});

describe("what runs", () => {
  test("G29 queries and mutations do not", async () => {
    const socket = await TestSocket.connect(api.url, admin);
    for (const query of ["{ me { id } }", "mutation { signOut { __typename } }"]) {
      const [error] = await socket.refusal(socket.subscribe(query));
      expect(error).toMatchObject({ extensions: { code: "BAD_REQUEST" } });
    }
    await socket.close();
    expect((await (await api.as("ADMIN")).ask("{ me { role } }")).data).toEqual({ me: { role: "ADMIN" } });
  });

  test("G2 introspection does not, not even beside a subscription", async () => {
    const socket = await TestSocket.connect(api.url, admin);
    const [plain] = await socket.refusal(socket.subscribe("{ __schema { types { name } } }"));
    expect(plain).toMatchObject({ extensions: { code: "BAD_REQUEST" } });
    const [within] = await socket.refusal(socket.subscribe("subscription { __schema { types { name } } }"));
    expect(within).toMatchObject({ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
    await socket.close();
  });

  test("a refused subscription does not open its source", async () => {
    const opened = sources.opened;
    const { authorization } = await somebody();
    const socket = await TestSocket.connect(api.url, authorization);
    const [error] = await socket.refusal(socket.subscribe("subscription { healthUpdated { cursor } }"));
    expect(error).toMatchObject({
      extensions: { code: "FORBIDDEN", explain: { permission: "SYSTEM_HEALTH_READ" } },
    });
    expect(sources.opened).toBe(opened);
    await socket.close();
  });

  test("completing and closing end the source", async () => {
    const before = { ...sources };
    const socket = await TestSocket.connect(api.url, admin);
    const [first, second] = [
      socket.subscribe("subscription { ticks }"),
      socket.subscribe("subscription { ticks }"),
    ];
    expect(await socket.event(first, 2)).toEqual({ ticks: "2" });
    await socket.event(second, 0);
    expect(sources.opened - before.opened).toBe(2);
    socket.complete(first);
    await eventually(() => sources.closed - before.closed === 1);
    await socket.close();
    await eventually(() => sources.closed - before.closed === 2);
  });

  test("an error in an event is masked like over HTTP, and the log has its id", async () => {
    const socket = await TestSocket.connect(api.url, admin);
    const id = socket.subscribe("subscription { leaky }");
    const message = await socket.until((seen) => seen.id === id && seen.type === "next");
    const text = JSON.stringify(message);
    expect(text).not.toMatch(/secret_table|\/srv/);
    const { errors } = message.payload as { errors: { extensions: { code: string; id: string } }[] };
    expect(errors[0]?.extensions.code).toBe("INTERNAL_SERVER_ERROR");
    const line = api.logLines.find((entry) => entry.includes(errors[0]!.extensions.id));
    expect(line).toContain("secret_table");
    await socket.close();
  });
});

describe("G31 how long", () => {
  async function subscribed() {
    const { user, authorization } = await somebody();
    const socket = await TestSocket.connect(api.url, authorization);
    const id = socket.subscribe("subscription { ticks }");
    await socket.event(id, 1);
    return { user, socket, id };
  }

  async function closedWithin(
    socket: TestSocket,
    ms: number,
  ): Promise<{ code: number; reason: string; ms: number }> {
    const started = performance.now();
    const closed = await socket.closed;
    const took = performance.now() - started;
    expect(took).toBeLessThan(ms);
    return { ...closed, ms: took };
  }

  test("a hint that the session has ended closes at once", async () => {
    const { user, socket } = await subscribed();
    await api.db.sql("update session set revoked_at = now() where id = $1", [user.sessionId]);
    api.bus.publish(SESSIONS_CHANNEL, { sessionId: user.sessionId });
    expect(await closedWithin(socket, 500)).toMatchObject({ code: 4403, reason: "The session has ended" });
  });

  test.each([
    [
      "the session is revoked",
      "update session set revoked_at = now() where id = $1",
      "The session has ended",
    ],
    [
      "the person is suspended",
      "update app_user set status = 'SUSPENDED' where id = (select user_id from session where id = $1)",
      "The session has ended",
    ],
    [
      "the role changes",
      "update membership set role = 'USER' where user_id = (select user_id from session where id = $1)",
      "The rights have changed",
    ],
  ])(
    "when %s, it is closed with 4403 within 1.5 s, also when no hint arrives",
    async (_what, change, reason) => {
      const { user, socket, id } = await subscribed();
      await api.db.sql(change, [user.sessionId]);
      expect(await closedWithin(socket, 1500)).toMatchObject({ code: 4403, reason });
      const events = socket.events(id).length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(socket.events(id).length).toBe(events);
    },
  );

  test("a socket without any subscription is closed too", async () => {
    const { user, authorization } = await somebody();
    const socket = await TestSocket.connect(api.url, authorization);
    await api.db.sql("update session set revoked_at = now() where id = $1", [user.sessionId]);
    expect(await closedWithin(socket, 1500)).toMatchObject({ code: 4403 });
  });

  test("the other sessions of the tenant stay", async () => {
    const { user, socket } = await subscribed();
    const other = await subscribed();
    await api.db.sql("update session set revoked_at = now() where id = $1", [user.sessionId]);
    await socket.closed;
    const events = other.socket.events(other.id).length;
    await other.socket.event(other.id, events + 3);
    await other.socket.close();
  });

  test("it is closed with 4403 when the access token runs out", async () => {
    const { user } = await somebody();
    const token = await sign(claimsOf(user, { exp: nowSeconds() + 2 }));
    const socket = await TestSocket.connect(api.url, `Bearer ${token}`);
    expect(await closedWithin(socket, 3000)).toMatchObject({
      code: 4403,
      reason: "The access token has run out",
    });
  });
});

test("a root field that may be left out is refused, and nothing listens", async () => {
  const socket = await TestSocket.connect(api.url, admin);
  const { opened } = sources;
  for (const query of [
    "subscription { ticks @skip(if: true) }",
    "subscription { ticks @include(if: false) }",
    "subscription { ... @skip(if: true) { ticks } }",
    "subscription { ...root } fragment root on Subscription { ticks @skip(if: true) }",
    "subscription ($may: Boolean!) { ticks @include(if: $may) }",
    "subscription { ...a } fragment a on Subscription { ...b } fragment b on Subscription { ...a ticks @skip }",
  ])
    expect(await socket.refusal(socket.subscribe(query, { may: true }))).toEqual([
      {
        message: "@skip and @include cannot be used on the root field of a subscription.",
        extensions: { code: "BAD_REQUEST" },
      },
    ]);
  expect(sources.opened).toBe(opened);
  await socket.close();
});
