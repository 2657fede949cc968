import "reflect-metadata";
import { isObjectType } from "graphql";
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { answersForOf, Answers } from "../../schema/answers-for.js";
import { buildSchema } from "../../schema/build-schema.js";
import type { SchemaContext } from "../../schema/context.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api } from "../support/api.js";
import { makeTeam, makeTenant, makeUser, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";

const seen = { opened: 0, ended: 0, made: 0, executed: 0 };
const TICK_MS = 50;

async function* ticks(size: number) {
  seen.opened += 1;
  try {
    for (let count = 0; ; count += 1) {
      seen.made += 1;
      yield { count, text: "é".repeat(size) };
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  } finally {
    seen.ended += 1;
  }
}

@ObjectType({ simpleResolvers: true })
class Tick {
  @Field(() => Number)
  count!: number;

  @Field(() => String)
  text!: string;
}

@Resolver(() => Tick)
class TickFields {
  @FieldResolver(() => String)
  reader(@Ctx() { op }: SchemaContext): string {
    return op.actor.kind === "USER" ? op.actor.email : "";
  }
}

const subscribe = ({ args }: { args: { size?: number } }) => ticks(args.size ?? 1);

@Resolver()
class Ticking {
  @Query(() => String)
  ping(): string {
    return "pong";
  }

  @Answers("equalRights")
  @Subscription(() => Tick, { subscribe })
  shared(@Root() tick: Tick, @Arg("size", () => Number, { nullable: true }) _size?: number): Tick {
    seen.executed += 1;
    return tick;
  }

  @Answers("oneself")
  @Subscription(() => Tick, { subscribe })
  personal(@Root() tick: Tick): Tick {
    return tick;
  }

  @Subscription(() => Tick, { subscribe })
  unmarked(@Root() tick: Tick): Tick {
    return tick;
  }

  @Answers("equalRights")
  @Subscription(() => Tick, { subscribe })
  failing(): Tick {
    throw new Error("secret_table");
  }

  @Answers("equalRights")
  @Subscription(() => Tick, { subscribe: () => twice() })
  short(@Root() tick: Tick): Tick {
    return tick;
  }
}

async function* twice() {
  for (let count = 0; count < 2; count += 1) {
    yield { count, text: "" };
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

const rules = {
  Query: { ping: "public" },
  Subscription: {
    shared: "campaign:read",
    personal: "signedIn",
    unmarked: "signedIn",
    failing: "signedIn",
    short: "signedIn",
  },
} as const;
let api: Api;
beforeAll(async () => {
  api = await startApi({
    built: buildSchema([...SHELVES, { resolvers: [Ticking, TickFields], rules }]),
  });
});
afterAll(() => api.close());
const connected: TestSocket[] = [];
beforeEach(() => void Object.assign(seen, { opened: 0, ended: 0, made: 0, executed: 0 }));
afterEach(async () => {
  for (const { raw } of connected.splice(0)) raw.terminate();
  await eventually(() => seen.opened === seen.ended);
});

type Given = Partial<Parameters<typeof makeUser>[1]>;
interface Watching {
  readonly user: TestUser;
  readonly socket: TestSocket;
}
async function somebody(given: Given = {}): Promise<Watching> {
  const user = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER", ...given });
  const socket = await TestSocket.connect(api.url, `Bearer ${await api.tokenOf(user)}`);
  connected.push(socket);
  return { user, socket };
}
const leave = (all: readonly Watching[]) => Promise.all(all.map(({ socket }) => socket.close()));
const SHARED = "subscription { shared { count text } }";
const countsOf = (socket: TestSocket, id: string): number[] =>
  socket.events(id).map(({ payload }) => (payload as { data: { shared: Tick } }).data.shared.count);
/** How many sources are open once all have had an event. */
async function sourcesOf(asked: readonly [Watching, string, object?][]): Promise<number> {
  await Promise.all(
    asked.map(([{ socket }, query, variables]) => socket.event(socket.subscribe(query, variables), 1)),
  );
  return seen.opened - seen.ended;
}

test("two equal subscribers share source, execution and bytes; each gets them under an id of its own", async () => {
  const [one, other] = [await somebody(), await somebody()];
  const raw: string[][] = [[], []];
  [one, other].forEach(({ socket }, at) => socket.raw.on("message", (text) => raw[at]!.push(String(text))));
  one.socket.subscribe("subscription { unmarked { count } }");
  const ids = [one.socket.subscribe(SHARED), other.socket.subscribe(SHARED)];
  expect(ids).toEqual(["op-2", "op-1"]);
  await Promise.all([one.socket.event(ids[0]!, 6), other.socket.event(ids[1]!, 6)]);
  expect(seen.opened).toBe(2);
  const told = raw.map((texts, at) =>
    texts
      .filter((text) => text.startsWith(`{"id":"${ids[at]}","type":"next",`))
      .map((text) => text.slice(text.indexOf('"payload"'))),
  );
  expect(told[0]![0]).toMatch(/^"payload":\{"data":\{"shared":\{"count":\d+,"text":"é"\}\}\}\}$/);
  const common = told[0]!.filter((text) => told[1]!.includes(text));
  expect(common.length).toBeGreaterThan(5);
  // In order, none twice.
  const counts = countsOf(other.socket, ids[1]!);
  expect(counts).toEqual(counts.map((_, at) => counts[0]! + at));
  expect(seen.executed).toBeLessThanOrEqual(counts.at(-1)! + 2);
  await leave([one, other]);
  await eventually(() => seen.ended === 2);
});

test("two subscriptions on one socket are told apart by their ids", async () => {
  const one = await somebody();
  const ids = [one.socket.subscribe(SHARED), one.socket.subscribe(SHARED)];
  for (const id of ids) await one.socket.event(id, 3);
  expect(seen.opened).toBe(1);
  one.socket.complete(ids[0]!);
  const before = one.socket.events(ids[1]!).length;
  await one.socket.event(ids[1]!, before + 3);
  const after = one.socket.events(ids[0]!).length;
  await one.socket.event(ids[1]!, before + 6);
  expect(one.socket.events(ids[0]!).length).toBe(after);
  await leave([one]);
});

test("messages of every length of a frame's header arrive whole", async () => {
  for (const size of [1, 60, 20_000, 40_000]) {
    const one = await somebody();
    const query = `subscription { shared(size: ${size}) { text } }`;
    const event = await one.socket.event<{ shared: Tick }>(one.socket.subscribe(query), 2);
    expect(event.shared.text).toBe("é".repeat(size));
    await leave([one]);
  }
});

test("whoever comes later is told the last event at once", async () => {
  const first = await somebody();
  await first.socket.event(first.socket.subscribe("subscription { short { count } }"));
  const later = await somebody();
  const id = later.socket.subscribe("subscription { short { count } }");
  expect(await later.socket.event(id)).toEqual({ short: { count: 0 } });
  // And of the end all are told, after the last event.
  for (const { socket } of [first, later]) await socket.until(({ type }) => type === "complete");
  expect(later.socket.messages.slice(1).map(({ type }) => type)).toEqual(["next", "next", "complete"]);
  await leave([first, later]);
});

test("other variables, another text, role, organisation or team are not shared, nor is a look through other eyes", async () => {
  const one = await somebody();
  const text = "subscription ($size: Float) { shared(size: $size) { count } }";
  const others: [Watching, string, object?][] = [
    [one, text, { size: 1 }],
    [await somebody(), text, { size: 2 }],
    [await somebody(), `${text} `, { size: 1 }],
    [await somebody({ role: "USER" }), text, { size: 1 }],
    [await somebody({ tenantId: await makeTenant(api.db.database) }), text, { size: 1 }],
    [await somebody({ teamIds: [await makeTeam(api.db.database, api.tenantId)] }), text, { size: 1 }],
  ];
  expect(await sourcesOf(others)).toBe(6);
  expect(await sourcesOf([[await somebody(), text, { size: 1 }]])).toBe(6);
  await leave(others.map(([watching]) => watching));
  await eventually(() => seen.opened - seen.ended === 1);

  const admin = await somebody({ role: "ADMIN" });
  const authorization = `Bearer ${await api.tokenOf(admin.user)}`;
  const viewer = await TestSocket.open(api.url);
  viewer.send({ type: "connection_init", payload: { authorization, viewAs: one.user.userId } });
  await viewer.until(({ type }) => type === "connection_ack");
  expect(await sourcesOf([[{ user: admin.user, socket: viewer }, text, { size: 1 }]])).toBe(2);
  await viewer.close();
});

test.each(["personal { count }", "unmarked { count }", "shared { count reader }"])(
  "what may depend on the person is never shared: %s",
  async (field) => {
    const query = `subscription { ${field} }`;
    const all = [await somebody(), await somebody()];
    expect(await sourcesOf(all.map((watching) => [watching, query]))).toBe(2);
    if (field.includes("reader"))
      for (const { socket, user } of all)
        expect(await socket.event("op-1")).toMatchObject({ shared: { reader: user.email } });
    await leave(all);
  },
);

test("one leaves and the other goes on; with the last the source ends, and the next one opens another", async () => {
  const [one, other] = [await somebody(), await somebody()];
  const [first, second] = [one.socket.subscribe(SHARED), other.socket.subscribe(SHARED)];
  await Promise.all([one.socket.event(first, 1), other.socket.event(second, 1)]);
  one.socket.complete(first);
  await other.socket.event(second, other.socket.events(second).length + 3);
  expect(seen).toMatchObject({ opened: 1, ended: 0 });
  other.socket.complete(second);
  await eventually(() => seen.ended === 1);
  const { made } = seen;
  await new Promise((resolve) => setTimeout(resolve, 3 * TICK_MS));
  expect(seen.made).toBe(made);
  const again = other.socket.subscribe(SHARED);
  await other.socket.event(again, 1);
  expect(countsOf(other.socket, again)[0]).toBe(0);
  await leave([one, other]);
});

test.each([
  ["session ends", "update session set revoked_at = now() where id = $1", "The session has ended"],
  [
    "role changes",
    "update membership set role = 'USER' where user_id = (select user_id from session where id = $1)",
    "The rights have changed",
  ],
])("whose %s is shown out within 1.5 s, first or not, while the others go on", async (_what, sql, reason) => {
  const all = [await somebody(), await somebody(), await somebody()];
  const ids = all.map(({ socket }) => socket.subscribe(SHARED));
  await Promise.all(all.map(({ socket }, at) => socket.event(ids[at]!, 1)));
  expect(seen.opened).toBe(1);
  for (const gone of [all[0]!, all[2]!]) {
    const started = performance.now();
    await api.db.sql(sql, [gone.user.sessionId]);
    expect(await gone.socket.closed).toEqual({ code: 4403, reason });
    expect(performance.now() - started).toBeLessThan(1500);
  }
  const { socket } = all[1]!;
  const before = socket.events(ids[1]!).length;
  await socket.event(ids[1]!, before + 5);
  expect(seen).toMatchObject({ opened: 1, ended: 0 });
  await leave([all[1]!]);
  await eventually(() => seen.ended === 1);
});

test("whoever is refused is not let in by those who are there, and each refusal is on record", async () => {
  const watching = await somebody({ role: "ADMIN" });
  const query = "subscription { healthUpdated { cursor } }";
  await watching.socket.event(watching.socket.subscribe(query));
  const refused = [await somebody(), await somebody()];
  const ids = refused.map(({ socket }) => socket.subscribe(query));
  for (const [at, { socket, user }] of refused.entries()) {
    const [error] = await socket.refusal(ids[at]!);
    expect(error).toMatchObject({ extensions: { code: "FORBIDDEN" } });
    const rows = await api.db.sql(
      "select 1 from event where actor_id = $1 and action = 'auth.permission.denied'",
      [user.userId],
    );
    expect(rows).toHaveLength(1);
  }
  await leave([watching, ...refused]);
});

test("an error is masked, noted once an event and the same for all", async () => {
  const all = [await somebody(), await somebody()];
  const ids = all.map(({ socket }) => socket.subscribe("subscription { failing { count } }"));
  await Promise.all(all.map(({ socket }, at) => eventually(() => socket.events(ids[at]!).length > 3)));
  const errorIds = all.map(({ socket }, at) =>
    socket
      .events(ids[at]!)
      .map(
        ({ payload }) => (payload as { errors: { extensions: { id: string } }[] }).errors[0]!.extensions.id,
      ),
  );
  const common = errorIds[0]!.filter((id) => errorIds[1]!.includes(id));
  expect(common.length).toBeGreaterThan(2);
  for (const id of common) expect(api.logLines.filter((line) => line.includes(id))).toHaveLength(1);
  expect(JSON.stringify(all[0]!.socket.messages)).not.toContain("secret_table");
  await leave(all);
});

test(
  "who does not read is cut off after ten seconds; the others miss nothing",
  { timeout: 40_000 },
  async () => {
    const [slow, quick] = [await somebody(), await somebody()];
    const query = "subscription { shared(size: 300000) { count text } }";
    slow.socket.subscribe(query);
    const id = quick.socket.subscribe(query);
    await quick.socket.event(id, 1);
    const gone = api.app.live.count - 1;
    const paused = performance.now();
    slow.socket.raw.pause();
    await eventually(() => api.app.live.count === gone, Boolean, 25_000);
    expect(performance.now() - paused).toBeGreaterThan(9_000);
    const counts = countsOf(quick.socket, id);
    expect(counts.length).toBeGreaterThan(20);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    await quick.socket.event(id, counts.length + 2);
    expect(seen).toMatchObject({ opened: 1, ended: 0 });
    slow.socket.raw.terminate();
    await leave([quick]);
    await eventually(() => seen.ended === 1);
  },
);

test(
  "what one has not taken yet is not written over with what is for the next one",
  { timeout: 40_000 },
  async () => {
    const [slow, quick] = [await somebody(), await somebody()];
    const query = "subscription { shared(size: 300000) { count text } }";
    const id = slow.socket.subscribe(query);
    await slow.socket.event(id, 0);
    // An id as long as the other's, so that both are written from one memory.
    quick.socket.send({ type: "subscribe", id: "op-9", payload: { query } });
    await quick.socket.event("op-9", 1);
    slow.socket.raw.pause();
    const told = quick.socket.events("op-9").length;
    // The kernel takes several megabytes for the slow one, of 600 kB each.
    await quick.socket.event("op-9", told + 30);
    slow.socket.raw.resume();
    await slow.socket.event(id, slow.socket.events(id).length + 3);
    expect(new Set(slow.socket.messages.map((message) => message.id))).toEqual(new Set([undefined, id]));
    expect(new Set(quick.socket.messages.map((message) => message.id))).toEqual(new Set([undefined, "op-9"]));
    const counts = countsOf(slow.socket, id);
    expect(counts).toEqual([...new Set(counts)].sort((one, other) => one - other));
    await leave([slow, quick]);
  },
);

test("every subscription of the product says for whom its events are the answer", () => {
  const type = buildSchema().schema.getSubscriptionType();
  if (!isObjectType(type)) throw new Error("there are no subscriptions");
  const said = Object.values(type.getFields()).map((field) => [field.name, answersForOf(field)]);
  expect(Object.fromEntries(said)).toEqual({
    auditAppended: "oneself",
    campaignActivity: "oneself",
    healthUpdated: "equalRights",
    importProgress: "oneself",
    jobUpdated: "oneself",
    notifications: "oneself",
    promisesUpdated: "equalRights",
    queueUpdated: "oneself",
    workersUpdated: "equalRights",
  });
});
