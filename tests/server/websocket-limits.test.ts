import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "../../platform/database/database.js";
import { startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import { makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { KNOWN_SECRET } from "../support/forge.js";
import { TestSocket, type Closed } from "../support/socket.js";

const LIMIT = 50;
/** Names of the statements that the server has sent to its database; it measures its health by itself. */
const looks: string[] = [];
let api: Api;
beforeAll(async () => {
  api = await startApi({
    // So that one machine can be many networks.
    environment: { RATE_LIMIT_PER_MINUTE: String(LIMIT), TRUST_PROXY: "127.0.0.1", JWT_SECRET: KNOWN_SECRET },
    async openDatabase(url) {
      const options = { poolSize: 4, statementTimeoutMs: 5000, applicationName: "websocket-limits-test" };
      const database = await Database.open(url, {
        ...options,
        secret: createSecretKey(Buffer.from(KNOWN_SECRET)),
      });
      const query = database.query.bind(database);
      database.query = (statement, values) => {
        if (!statement.name.startsWith("health_")) looks.push(statement.name);
        return query(statement, values);
      };
      return database;
    },
  });
});
afterAll(() => api.close());

let networks = 0;
const aNetwork = () => `203.0.113.${(networks += 1)}`;

async function attempt(address: string, init: object, cookie?: string): Promise<Closed | "acknowledged"> {
  const headers = { "x-forwarded-for": address, ...(cookie && { cookie }) };
  const socket = await TestSocket.open(api.url, { origin: api.url, headers });
  socket.send({ type: "connection_init", ...init });
  const end = await Promise.race([
    socket.closed,
    socket.until(({ type }) => type === "connection_ack").then(() => "acknowledged" as const),
  ]);
  if (end === "acknowledged") await socket.close();
  return end;
}

test.each([
  ["made-up cookies", () => attemptWith(`postwatch_refresh=${randomBytes(32).toString("base64url")}`)],
  [
    "made-up cookies in our form",
    () => attemptWith(`postwatch_refresh=${"x".repeat(43)}.${randomUUID()}.${"y".repeat(43)}`),
  ],
  ["no cookie", () => attemptWith(undefined)],
] as const)(
  "of 120 sockets of a network with %s fifty are looked at, the others closed with 4429",
  async (_what, make) => {
    const connect = make();
    looks.length = 0;
    const ends: (Closed | "acknowledged")[] = [];
    for (let at = 0; at < 12; at += 1)
      ends.push(...(await Promise.all(Array.from({ length: 10 }, () => connect()))));
    const count = (code: number) => ends.filter((end) => end !== "acknowledged" && end.code === code).length;
    expect([count(4403), count(4429)]).toEqual([LIMIT, 120 - LIMIT]);
    expect(looks.length).toBeLessThanOrEqual(LIMIT);
  },
);

function attemptWith(cookie: string | undefined) {
  const address = aNetwork();
  return () => attempt(address, {}, cookie);
}

test("a bearer token that proves nobody costs the network a point, and no look into the database", async () => {
  const address = aNetwork();
  looks.length = 0;
  const ends = [];
  for (let at = 0; at < LIMIT + 3; at += 1)
    ends.push(await attempt(address, { payload: { authorization: `Bearer ${randomUUID()}` } }));
  expect(ends.map((end) => (end as Closed).code)).toEqual([
    ...Array<number>(LIMIT).fill(4403),
    4429,
    4429,
    4429,
  ]);
  expect(looks).toEqual([]);
});

test("whoever has a token or a cookie of ours is let in beside them", async () => {
  const address = aNetwork();
  const user = await makeUserWithPassword(api.db, { tenantId: api.tenantId });
  const browser = new Browser(api);
  expect(await browser.signIn(user.email, GOOD_PASSWORD)).toBe("SignInSuccess");
  for (let at = 0; at < LIMIT; at += 1) await attempt(address, {});
  expect(await attempt(address, {})).toMatchObject({ code: 4429 });
  const { authorization } = await api.as("ADMIN");
  expect(await attempt(address, { payload: { authorization } })).toBe("acknowledged");
  expect(await attempt(address, {}, browser.cookie!)).toBe("acknowledged");
});

test("of a hundred subscriptions that a person opens on ten sockets forty run; others have their own", async () => {
  const generous = await startApi();
  try {
    const user = await makeUser(generous.db.database, { tenantId: generous.tenantId });
    const authorization = `Bearer ${await generous.tokenOf(user)}`;
    const connect = (token: string) => TestSocket.connect(generous.url, token);
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connect(authorization)));
    const health = "subscription { healthUpdated(intervalMs: 500) { cursor } }";
    const ids = Array.from({ length: 100 }, (_, at) => sockets[at % 10]!.subscribe(health));
    const refused = () => sockets.flatMap(({ messages }) => messages.filter(({ type }) => type === "error"));
    const running = () =>
      sockets.flatMap((socket) =>
        [...new Set(ids)].filter((id) => socket.events(id).length > 1).map((id) => ({ socket, id })),
      );
    await eventually(() => refused().length === 60 && running().length === 40);
    for (const { payload } of refused())
      expect(payload).toEqual([
        {
          message: "At most 40 subscriptions run for one person over all connections.",
          extensions: { code: "TOO_MANY_SUBSCRIPTIONS" },
        },
      ]);
    const other = await connect((await generous.as("ADMIN")).authorization!);
    await other.event(other.subscribe(health));
    // What ends makes room, and so does a socket that goes.
    const { socket, id } = running()[0]!;
    socket.complete(id);
    await socket.event(socket.subscribe(health));
    await Promise.all([...sockets, other].map((each) => each.close()));
    const again = await connect(authorization);
    await again.event(again.subscribe(health));
    await again.close();
  } finally {
    await generous.close();
  }
});
