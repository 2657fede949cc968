import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startBalancer } from "../../bench/rolling/balancer.js";
import { Crowd } from "../../bench/rolling/crowd.js";
import { freshDatabase, makeTeam, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { claimsOf, sign } from "../support/forge.js";
import { launchRole, untilReady, type RoleProcess } from "../support/role-process.js";
import { TestSocket } from "../support/socket.js";

let db: TestDatabase;
let user: TestUser;
let bearer: string;
let processes: RoleProcess[] = [];
beforeAll(async () => {
  db = await freshDatabase();
  user = await makeUser(db.database);
  bearer = `Bearer ${await sign(claimsOf(user))}`;
});
afterEach(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(processes.map(({ exited }) => exited));
  processes = [];
});
afterAll(() => db.close());

/** As it is deployed: in production it serves on for a while after it has said that it goes. */
async function launch(role: "server" | "worker", environment: Record<string, string> = {}) {
  const launched = await launchRole(role, db.url, { NODE_ENV: "production", ...environment });
  processes.push(launched);
  return launched;
}
async function launchReady(...given: Parameters<typeof launch>): Promise<RoleProcess> {
  const launched = await launch(...given);
  await untilReady(launched);
  return launched;
}
async function ask({ url }: { url: string }, query: string, authorization = bearer) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data?: Record<string, unknown>; errors?: { extensions: object }[] };
}
/** How long it took to end after `signal`, and with which code. */
async function end(process: RoleProcess, signal: NodeJS.Signals = "SIGTERM") {
  const begun = performance.now();
  process.child.kill(signal);
  const code = await process.exited;
  return { code, ms: performance.now() - begun };
}

test("S1 of two servers behind a balancer one is ended under 30 clients: none of them sees it", async () => {
  const servers = await Promise.all([launchReady("server"), launchReady("server")]);
  const balancer = await startBalancer(servers.map(({ url }) => url));
  const made: string[] = [];
  const crowd = new Crowd({
    url: balancer.url,
    authorization: bearer,
    clients: 30,
    pauseMs: 30,
    next(client) {
      if (client % 3) return { document: "{ me { id } teams { edges { node { id } } } }" };
      const name = randomUUID();
      const document = `mutation { m: createTeam(input: { name: "${name}" }) { __typename } }`;
      return { document, said: () => void made.push(name) };
    },
  });
  try {
    await eventually(() => crowd.requests > 300, Boolean, 20_000);
    expect(Math.min(...balancer.served.values())).toBeGreaterThan(100);
    expect((await end(servers[0]!)).code).toBe(0);
    const atEnd = crowd.requests;
    await eventually(() => crowd.requests > atEnd + 300, Boolean, 20_000);
    expect(balancer.ready()).toBe(1);
  } finally {
    await crowd.end();
    await balancer.stop();
  }
  expect(crowd.failures).toEqual([]);
  const rows = await db.sql<{ name: string }>("select name from team where name = any($1)", [made]);
  expect(rows.map(({ name }) => name).sort()).toEqual(made.sort());
}, 90_000);

describe("S2 at SIGTERM in the middle of a mutation", () => {
  let teamId: string;
  const rename = (server: RoleProcess, name: string) =>
    ask(server, `mutation { updateTeam(input: { id: "${teamId}", name: "${name}" }) { __typename } }`);
  const begun = () =>
    eventually(
      () =>
        db.sql(
          "select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
        ),
      (rows) => rows.length > 0,
    );
  const state = async () => {
    const [row] = await db.sql<{ name: string; events: number }>(
      `select name, (select count(*)::int from event where targets @> jsonb_build_array(jsonb_build_object('id', t.id))) as events from team t where id = $1`,
      [teamId],
    );
    return row!;
  };
  /** Each change of a team takes so long, in the database. */
  async function slow(seconds: number): Promise<void> {
    await db.sql(
      `create or replace function slow() returns trigger language plpgsql as
       $$ begin perform pg_sleep(${seconds}); return new; end $$`,
    );
    await db.sql("create or replace trigger slow before update on team for each row execute function slow()");
    teamId = await makeTeam(db.database, user.tenantId);
  }
  afterAll(() => db.sql("drop trigger if exists slow on team"));

  test("it is finished, and its answer is what is committed", async () => {
    await slow(4);
    const server = await launchReady("server");
    const answer = rename(server, "Renamed while stopping");
    await begun();
    const { code, ms } = await end(server);
    expect(await answer).toEqual({ data: { updateTeam: { __typename: "UpdateTeamSuccess" } } });
    expect(await state()).toEqual({ name: "Renamed while stopping", events: 1 });
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });

  test("one that takes longer than it may is refused, and nothing of it is committed", async () => {
    await slow(20);
    const before = await state();
    const server = await launchReady("server");
    const answer = rename(server, "Never");
    await begun();
    const { code } = await end(server);
    const { data, errors } = await answer;
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    expect(await state()).toEqual(before);
    expect(code).toBe(0);
  });
});

test("S3 each of 500 sockets gets the last event, then 1001, and the process is gone in 10 s", async () => {
  // What has happened is told to the servers by a worker.
  const [server] = await Promise.all([
    launchReady("server", { TRUST_PROXY: "127.0.0.1" }),
    launchReady("worker"),
  ]);
  const campaignId = randomUUID();
  await db.sql(
    `insert into campaign (id, tenant_id, name, status, from_name, from_email, audience)
     values ($1, $2, 'Runs', 'RUNNING', 'Ada', 'ada@example.com', '{"listIds":[],"segmentIds":[],"leadIds":[]}')`,
    [campaignId, user.tenantId],
  );
  const subscription = `subscription { campaignActivity(campaignId: "${campaignId}") { campaign { status } } }`;
  // Ten sockets a person, fifty a network.
  const ofPerson = async (n: number) => {
    const { tenantId } = user;
    const authorization = `Bearer ${await sign(claimsOf(await makeUser(db.database, { tenantId })))}`;
    const headers = { "x-forwarded-for": `198.51.100.${Math.floor(n / 5)}` };
    const open = async () => {
      const socket = await TestSocket.open(server.url, { headers });
      socket.send({ type: "connection_init", payload: { authorization } });
      await socket.until(({ type }) => type === "connection_ack", 30_000);
      const id = socket.subscribe(subscription);
      await socket.event(id, 0, 30_000);
      return { socket, id };
    };
    return Promise.all(Array.from({ length: 10 }, open));
  };
  const watchers: Awaited<ReturnType<typeof ofPerson>> = [];
  for (let n = 0; n < 50; n += 1) watchers.push(...(await ofPerson(n)));
  const ending = end(server);
  await eventually(() => server.output().includes("still serving"));
  expect(await ask(server, `mutation { pauseCampaign(id: "${campaignId}") { __typename } }`)).toMatchObject({
    data: { pauseCampaign: { __typename: "PauseCampaignSuccess" } },
  });
  const closes = await Promise.all(watchers.map(({ socket }) => socket.closed));
  expect(closes).toEqual(
    Array.from({ length: 500 }, () => ({ code: 1001, reason: "The server is going away" })),
  );
  const last = watchers.map(({ socket, id }) => socket.events(id).at(-1)!.payload);
  expect(last).toEqual(
    Array.from({ length: 500 }, () => ({ data: { campaignActivity: { campaign: { status: "PAUSED" } } } })),
  );
  const { code, ms } = await ending;
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
}, 120_000);

describe("S5", () => {
  test("SIGINT is as good as SIGTERM: it stops in order", async () => {
    const server = await launchReady("server", { NODE_ENV: "development" });
    expect((await end(server, "SIGINT")).code).toBe(0);
    expect(server.output()).toContain('"stopped"');
  });

  test("asked a second time the server ends at once, and not with 0", async () => {
    const server = await launchReady("server");
    server.child.kill("SIGTERM");
    await sleep(700);
    const { code, ms } = await end(server);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(1000);
    expect(server.output()).toContain("asked again; ending at once");
    expect(server.output()).not.toContain('"stopped"');
  });

  test.each(["server", "worker"] as const)(
    "told to stop while it starts, a %s ends at once",
    async (role) => {
      // Takes the line and never answers, as a database that hangs does.
      const silent = createServer(() => {}).listen(0, "127.0.0.1");
      await once(silent, "listening");
      const { port } = silent.address() as AddressInfo;
      const reached = once(silent, "connection");
      try {
        const starting = await launch(role, { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/nothing` });
        await reached;
        const { code, ms } = await end(starting);
        expect(code).toBe(1);
        expect(ms).toBeLessThan(1000);
        expect(starting.output()).toContain("told to stop while starting; ending at once");
      } finally {
        silent.close();
      }
    },
  );

  test.each(["server", "worker"] as const)(
    "what nobody caught is logged and ends a %s with 1",
    async (role) => {
      const fault = "process.on('SIGUSR2', () => { throw new Error('nobody catches this') })";
      const broken = await launchReady(role, {
        NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(fault)}`,
      });
      const { code, ms } = await end(broken, "SIGUSR2");
      expect(code).toBe(1);
      expect(ms).toBeLessThan(1000);
      const lines = broken.output().trim().split("\n");
      expect(JSON.parse(lines.at(-1)!)).toMatchObject({
        level: "fatal",
        msg: "a bug; ending at once",
        err: { message: "nobody catches this" },
      });
    },
  );
});

describe("S8", () => {
  const LEFT = "something was left open";

  test.each(["server", "worker"] as const)("a %s that has closed everything ends by itself", async (role) => {
    const used = await launchReady(role);
    if (role === "server") {
      const socket = await TestSocket.connect(used.url, bearer);
      await socket.event(socket.subscribe("subscription { healthUpdated(intervalMs: 200) { cursor } }"));
      expect(await ask(used, "{ me { id } }")).toEqual({ data: { me: { id: user.userId } } });
    }
    expect((await end(used)).code).toBe(0);
    expect(used.output()).toContain('"stopped"');
    expect(used.output()).not.toContain(LEFT);
  });

  test("what is left open is named, and holds up the end for a second at most", async () => {
    const fault = encodeURIComponent("setInterval(() => {}, 1000)");
    const server = await launchReady("server", {
      NODE_ENV: "development",
      NODE_OPTIONS: `--import data:text/javascript,${fault}`,
    });
    expect((await end(server)).code).toBe(0);
    const line = server
      .output()
      .split("\n")
      .find((each) => each.includes(LEFT))!;
    expect(JSON.parse(line)).toMatchObject({ level: "warn", open: expect.arrayContaining(["Timeout"]) });
  });
});
