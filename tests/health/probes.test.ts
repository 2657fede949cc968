import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pino } from "pino";
import { Database } from "../../platform/database/database.js";
import { Readiness } from "../../platform/health/readiness.js";
import { startApi, type Api } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";

let api: Api;
let line: TcpProxy;
beforeAll(async () => {
  api = await startApi({
    async openDatabase(databaseUrl) {
      const url = new URL(databaseUrl);
      line = await startTcpProxy(Number(url.port));
      url.port = String(line.port);
      return Database.open(url.href, {
        poolSize: 4,
        statementTimeoutMs: 5000,
        applicationName: "probes-test",
      });
    },
  });
});
afterAll(async () => {
  await api.close();
  await line.stop();
});

async function probe(path: string, authorization?: string) {
  const started = performance.now();
  const response = await api.withHeader(authorization).fetch(`/api/health${path}`);
  return { status: response.status, body: await response.json(), ms: performance.now() - started };
}

const UP = { status: 200, body: { status: "ok" } };
const DOWN = { status: 503, body: { status: "unavailable" } };
const isReady = () => probe("/readiness");

describe("HM-01 the small answers", () => {
  test.each(["", "/liveness", "/readiness"])("/api/health%s says ok and nothing else", async (path) => {
    expect(await probe(path)).toMatchObject(UP);
  });

  test("they are not kept by anybody on the way", async () => {
    const response = await api.withHeader(undefined).fetch("/api/health");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("/api/health/detailed", () => {
  test("is 401 for strangers, 403 for those without system:health, and the sample for an administrator", async () => {
    const [stranger, user, admin] = await Promise.all([
      probe("/detailed"),
      probe("/detailed", (await api.as("USER")).authorization),
      probe("/detailed", (await api.as("ADMIN")).authorization),
    ]);
    expect(stranger).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    expect(user).toMatchObject({
      status: 403,
      body: {
        code: "FORBIDDEN",
        explain: { permission: "SYSTEM_HEALTH_READ", grantedBy: [{ email: api.people.ADMIN.email }] },
      },
    });
    expect(admin.status).toBe(200);
    const { services } = admin.body as { services: { name: string }[] };
    expect(services.map((service) => service.name)).toEqual(["postgres", "redis", "mail", "workers"]);
  });
});

describe("HM-12 the probe token", () => {
  const good = "probes-of-this-installation";
  let guarded: Api;
  beforeAll(async () => {
    guarded = await startApi({ environment: { PROBE_TOKEN: good } });
  });
  afterAll(() => guarded.close());
  const detailed = async (header: string | undefined, at = guarded) =>
    (await at.withHeader(header).fetch("/api/health/detailed")).status;

  test("opens the details without signing in, and an administrator needs none", async () => {
    expect(await detailed(`Bearer ${good}`)).toBe(200);
    expect(await detailed(`bearer  ${good} `)).toBe(200);
    expect(await detailed((await guarded.as("ADMIN")).authorization)).toBe(200);
  });

  test.each([
    undefined,
    "Bearer",
    "Bearer ",
    good,
    `Basic ${good}`,
    `Bearer ${good}x`,
    `Bearer ${good.slice(0, -1)}`,
    `Bearer ${good.toUpperCase()}`,
    `Bearer ${"x".repeat(5000)}`,
  ])("%s opens nothing: 401, while /api/health is 200", async (header) => {
    expect(await detailed(header)).toBe(401);
    expect((await guarded.withHeader(header).fetch("/api/health")).status).toBe(200);
  });

  test("opens nothing else", async () => {
    const { errors } = await guarded.withHeader(`Bearer ${good}`).ask("{ health { status } }");
    expect(errors[0]!.extensions.code).toBe("UNAUTHENTICATED");
  });

  test("where none is set, none is right", async () => {
    for (const header of ["Bearer undefined", "Bearer null", `Bearer ${good}`])
      expect(await detailed(header, api)).toBe(401);
  });
});

describe("when Postgres", () => {
  test("H1 is gone, liveness is 200 and readiness 503 at once; it is ready again within two seconds", async () => {
    await line.cut();
    await eventually(isReady, ({ status }) => status === 503, 2500);
    const down = await isReady();
    expect(down).toMatchObject(DOWN);
    expect(down.ms).toBeLessThan(900);
    expect(await probe("")).toMatchObject(DOWN);
    expect(await probe("/liveness")).toMatchObject(UP);
    await line.mend();
    await eventually(isReady, ({ status }) => status === 200, 3000);
  });

  test("H2 is silent, readiness is 503 after its own 800 ms, and liveness 200", async () => {
    await eventually(isReady, ({ status }) => status === 200, 3000);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    line.freeze();
    const [down, live] = await Promise.all([isReady(), probe("/liveness")]);
    expect(down).toMatchObject(DOWN);
    expect(down.ms).toBeGreaterThan(750);
    expect(down.ms).toBeLessThan(1300);
    expect(live).toMatchObject(UP);
    expect(live.ms).toBeLessThan(500);
    line.thaw();
    await eventually(isReady, ({ status }) => status === 200, 3000);
  });
});

test("H6 a database without a migration of this version is not ready, and the log says why", async () => {
  const old = await startApi({
    async openDatabase(url) {
      const database = await Database.open(url, {
        poolSize: 2,
        statementTimeoutMs: 5000,
        applicationName: "h6",
      });
      await database.pool.query("delete from migration where name = (select max(name) from migration)");
      return database;
    },
  });
  try {
    const response = await old.withHeader(undefined).fetch("/api/health/readiness");
    expect(response.status).toBe(503);
    expect(old.logLines.some((entry) => entry.includes("Run npm run migrate"))).toBe(true);
    expect((await old.withHeader(undefined).fetch("/api/health/liveness")).status).toBe(200);
  } finally {
    await old.close();
  }
});

test("H8 a thousand probes are one look a second", async () => {
  let looks = 0;
  const checks = {
    ping: async () => {
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    pendingMigrations: async () => [],
  };
  const readiness = new Readiness(checks, pino({ level: "silent" }));
  const answers = await Promise.all(Array.from({ length: 1000 }, () => readiness.isReady()));
  expect(answers.every(Boolean)).toBe(true);
  expect(looks).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await readiness.isReady();
  expect(looks).toBe(2);
});

test("H8 a thousand probes a second over the wire are all answered, by one look a second", async () => {
  let looks = 0;
  const flooded = await startApi({
    environment: { PROBE_TOKEN: "probes-of-this-installation" },
    async openDatabase(url) {
      const database = await Database.open(url, {
        poolSize: 4,
        statementTimeoutMs: 5000,
        applicationName: "h8",
      });
      const { query } = database;
      database.query = function (statement, values) {
        if (["readiness_ping", "health_signals"].includes(statement.name)) looks += 1;
        return query.call(database, statement, values) as never;
      };
      return database;
    },
  });
  try {
    const prober = flooded.withHeader("Bearer probes-of-this-installation");
    const started = performance.now();
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          prober.fetch(`/api/health/${at % 2 ? "readiness" : "detailed"}`),
        ),
      );
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    }
    const seconds = (performance.now() - started) / 1000;
    expect(looks).toBeLessThanOrEqual(2 * (Math.ceil(seconds) + 1));
  } finally {
    await flooded.close();
  }
});

test("while draining it is not ready and still serves", async () => {
  const going = await startApi();
  try {
    going.app.drain();
    const stranger = going.withHeader(undefined);
    expect((await stranger.fetch("/api/health/readiness")).status).toBe(503);
    expect((await stranger.fetch("/api/health/liveness")).status).toBe(200);
    expect((await (await going.as("USER")).ask("{ me { role } }")).data).toEqual({ me: { role: "USER" } });
  } finally {
    await going.close();
  }
});
