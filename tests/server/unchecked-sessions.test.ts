import "reflect-metadata";
import { setTimeout as sleep } from "node:timers/promises";
import { Field, ObjectType, Query, Resolver, Root, Subscription } from "type-graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "../../platform/database/database.js";
import { Answers } from "../../schema/answers-for.js";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api } from "../support/api.js";
import { makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { TestSocket } from "../support/socket.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";

let ring: () => void = () => {};

async function* strokes() {
  for (let stroke = 0; ; stroke += 1) {
    const rung = new Promise<void>((resolve) => (ring = resolve));
    yield { stroke };
    await rung;
  }
}

@ObjectType({ simpleResolvers: true })
class Bell {
  @Field(() => Number)
  stroke!: number;
}

@Resolver()
class Ringing {
  @Query(() => String)
  ping(): string {
    return "pong";
  }

  @Answers("equalRights")
  @Subscription(() => Bell, { subscribe: () => strokes() })
  bell(@Root() bell: Bell): Bell {
    return bell;
  }
}

const rules = { Query: { ping: "public" }, Subscription: { bell: "signedIn" } } as const;
let api: Api;
let line: TcpProxy;
beforeAll(async () => {
  api = await startApi({
    built: buildSchema([...SHELVES, { resolvers: [Ringing], rules }]),
    async openDatabase(databaseUrl) {
      const url = new URL(databaseUrl);
      line = await startTcpProxy(Number(url.port));
      url.port = String(line.port);
      const options = { poolSize: 4, statementTimeoutMs: 5000, applicationName: "unchecked-sessions-test" };
      return Database.open(url.href, options);
    },
  });
});
afterAll(async () => {
  await api.close();
  await line.stop();
});

async function listener() {
  const user = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER" });
  const socket = await TestSocket.connect(api.url, `Bearer ${await api.tokenOf(user)}`);
  const id = socket.subscribe("subscription { bell { stroke } }");
  await socket.event(id);
  const strokesHeard = () =>
    socket.events(id).map(({ payload }) => (payload as { data: { bell: Bell } }).data.bell.stroke);
  return { user, socket, strokesHeard };
}

test("while sessions cannot be looked at, what is shared waits; who was to go hears no more of it, the others the newest", async () => {
  const revoked = await listener();
  const others = [await listener(), await listener()];
  const all = [revoked, ...others];
  const heard = () => all.map(({ strokesHeard }) => strokesHeard());
  // Answered with the rights of who came first; the next two with those of the others, in turn.
  ring();
  await eventually(() => heard().every((strokes) => strokes.at(-1) === 1));

  // The look at all sessions fails from now on; every other statement is answered.
  line.endAt("sessions_alive");
  await api.db.sql("update session set revoked_at = now() where id = $1", [revoked.user.sessionId]);
  await sleep(1100);
  for (let round = 0; round < 2; round += 1) {
    ring();
    await sleep(700);
  }
  expect(heard()).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  expect(api.logLines.filter((line) => line.includes("cannot be checked"))).toHaveLength(1);
  expect(all.map(({ socket }) => socket.raw.readyState)).toEqual([1, 1, 1]);

  line.endAt(null);
  expect(await revoked.socket.closed).toEqual({ code: 4403, reason: "The session has ended" });
  await eventually(() => others.every(({ strokesHeard }) => strokesHeard().length > 2));
  expect(heard()).toEqual([
    [0, 1],
    [0, 1, 3],
    [0, 1, 3],
  ]);
  for (const { socket } of others) await socket.close();
});
