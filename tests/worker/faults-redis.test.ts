import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { QUEUE_NAMES } from "../../domain/jobs/queue-names.js";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { createLogger } from "../../platform/logger.js";
import { openQueues } from "../../platform/queues/queues.js";
import { newId } from "../../domain/ids.js";
import { readRedisPrefix } from "../../platform/installation.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { Flow } from "../support/flow.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";
import { launchRole, untilReady, type RoleProcess } from "../support/role-process.js";
import { smallDisk } from "../support/small-disk.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

const FREEZE_MS = 30_000;
/** Of the return of Redis until mails and jobs are done as before. */
const RESUMED_MS = 5_000;
const SIGN_IN = `mutation { signIn(email: "nobody@example.org", password: "three wrong words") { __typename } }`;
const LANES = 4;
/** With what a mail takes at the sink: the campaign lasts through a fault and its end. */
const MAIL_MS = 120;

const disk = smallDisk(64);
let db: TestDatabase;
let redis: OwnRedis;
let sink: SmtpSink;
let server: RoleProcess;
let worker: RoleProcess;
let workerProbes: string;
let prefix: string;
let flow: Flow | undefined;

// The same two processes go through all faults: what one leaves behind, the next one finds.
beforeAll(async () => {
  [db, redis, sink] = await Promise.all([
    freshDatabase(),
    ownRedis({ place: disk?.directory }),
    startSmtpSink({ keepRaw: false, onData: () => sleep(MAIL_MS) }),
  ]);
  prefix = await readRedisPrefix(db.database);
  const environment = { REDIS_URL: redis.url, SMTP_URL: sink.url };
  const port = String(await findFreePort());
  workerProbes = `http://127.0.0.1:${port}/api/health`;
  [server, worker] = await Promise.all([
    launchRole("server", db.url, environment),
    launchRole("worker", db.url, {
      ...environment,
      WORKER_LANES: String(LANES),
      WORKER_HEALTH_PORT: port,
    }),
  ]);
  await Promise.all([untilReady(server), untilReady(worker)]);
}, 60_000);
afterEach(async () => {
  await flow?.stopInviting();
  await flow?.socket.close();
  flow = undefined;
});
afterAll(async () => {
  await Promise.all([server?.stop(), worker?.stop()]);
  await sink.stop();
  await Promise.all([db.close(), redis.stop()]);
  disk?.remove();
});

/** One connection that does this and no more. */
async function tell<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url);
  client.on("error", () => {});
  return work(client).finally(() => client.disconnect());
}

const statusOf = async (url: string) => (await fetch(url)).status;
const probes = async () => ({
  server: await statusOf(`${server.url}/api/health/readiness`),
  worker: await statusOf(`${workerProbes}/readiness`),
  alive: [await statusOf(`${server.url}/api/health/liveness`), await statusOf(`${workerProbes}/liveness`)],
});
const READY = { server: 200, worker: 200, alive: [200, 200] };
/** The server serves without Redis; a worker without it waits for its next look instead of a ring. */
const WITHOUT_REDIS = { server: 200, worker: 503, alive: [200, 200] };

/** Waits until the health page says this of Redis; its answers are kept for a moment. */
async function healthBecomes(status: RegExp, detail = ""): Promise<void> {
  await eventually(
    redisHealth,
    (found) => status.test(found.status) && (found.detail ?? "").includes(detail),
    4_000,
  );
}

async function redisHealth(): Promise<{ status: string; detail: string | null }> {
  const answer = JSON.parse(await flow!.ask("{ health { services { name status detail } } }")) as {
    data: { health: { services: { name: string; status: string; detail: string | null }[] } };
  };
  const { status, detail } = answer.data.health.services.find(({ name }) => name === "redis")!;
  return { status, detail };
}

/** A ring put into each queue beside the product is taken by the worker's listeners, which nothing else does. */
async function ringsAreHeard(timeoutMs: number): Promise<void> {
  const queues = await openQueues(redis.url, prefix, { log: createLogger("test", "silent") });
  try {
    for (const name of QUEUE_NAMES) await queues.ring(name, newId());
    // One whose taker's line was cut on the way counts as taken; Postwatch rings again, and bee-queue takes it over later.
    const waiting = () => Promise.all(QUEUE_NAMES.map((name) => queues.waiting(name)));
    await eventually(waiting, (found) => found.every((rings) => rings === 0), timeoutMs);
  } finally {
    await queues.close(100);
  }
}

interface Fault {
  /** Resolves when the fault is there. */
  begin(): Promise<unknown>;
  lastsMs: number;
  end(): Promise<unknown>;
  /** Asked while it lasts. */
  meanwhile?(): Promise<void>;
}

/** Work flows, the fault comes and goes, and everything is counted. */
async function survive({ begin, lastsMs, end, meanwhile }: Fault): Promise<void> {
  const pids = [server.child.pid, worker.child.pid];
  // Long enough for the fault, what is asked after it, and a little more.
  const mails = Math.ceil(((lastsMs + 2_000) / MAIL_MS) * LANES);
  flow = await Flow.begin({ db, sink, serverUrl: server.url, mails });
  const { invitations, socket, watching } = flow;
  await begin();
  const begun = { at: performance.now(), invitations: invitations.length };
  try {
    await meanwhile?.();
    await sleep(Math.max(0, begun.at + lastsMs - performance.now()));
  } finally {
    await end();
  }
  const invitedMeanwhile = invitations.length - begun.invitations;
  const returned = performance.now();
  const seen = { events: socket.events(watching).length, mails: flow.campaignMails() };

  // All within these seconds: what is asked for only now, the campaign, its subscription, the probes and the rings.
  const left = () => Math.max(1, returned + RESUMED_MS - performance.now());
  // The one before may be on its way already.
  await flow.mailed(invitations.length + 1, left());
  const mailedAfterMs = performance.now() - returned;
  await eventually(
    () => flow!.campaignMails(),
    (count) => count > seen.mails + LANES,
    left(),
  );
  await eventually(
    () => socket.events(watching).length,
    (count) => count > seen.events,
    left(),
  );
  await eventually(probes, (found) => JSON.stringify(found) === JSON.stringify(READY), left());
  await ringsAreHeard(left());
  const wellAfterMs = performance.now() - returned;

  await flow.end();
  const longest = Math.max(...invitations.map(({ ms }) => ms));
  const count = invitations.length;
  console.log(
    `${expect.getState().currentTestName}: ${count} mutations (${invitedMeanwhile} meanwhile), longest ${longest.toFixed(0)} ms, ` +
      `a new job done ${mailedAfterMs.toFixed(0)} ms and all well ${wellAfterMs.toFixed(0)} ms after the return`,
  );
  expect(await flow.account()).toEqual({
    answers: { '{"data":{"inviteUser":{"__typename":"InviteUserSuccess"}}}\n': count },
    jobs: { "SUCCEEDED at attempt 1": count },
    invitationsByCopies: { 1: count },
    mailsByCopies: { "SENT × 1": mails },
  });
  expect(longest).toBeLessThan(1_000);
  if (lastsMs > 0) expect(invitedMeanwhile).toBeGreaterThan(lastsMs / 600);
  // What was missed is not repeated, but each event is whole: the last one says how it ended.
  await socket.until(
    ({ id, payload }) => id === watching && JSON.stringify(payload).includes('"status":"COMPLETED"'),
  );
  expect(socket.messages.filter(({ type }) => type === "error" || type === "complete")).toEqual([]);
  expect([server.child.pid, worker.child.pid]).toEqual(pids);
  expect([server.child.exitCode, worker.child.exitCode]).toEqual([null, null]);
}

const becomes = (wanted: object) =>
  eventually(probes, (found) => JSON.stringify(found) === JSON.stringify(wanted), 4_000);

describe("J3, H3 while mails and jobs flow, Redis", () => {
  test.each([
    ["empty", true],
    ["with what it kept", false],
  ])("is killed and comes back %s", (_, empty) =>
    survive({
      begin: () => redis.kill(),
      lastsMs: 3_000,
      meanwhile: async () => {
        await becomes(WITHOUT_REDIS);
        await healthBecomes(/^UNHEALTHY$/);
      },
      end: () => redis.start({ empty }),
    }),
  );

  test("writes to its disk before each answer (appendfsync always), is killed and started again", () =>
    survive({
      begin: async () => {
        await tell((client) => client.config("SET", "appendfsync", "always"));
        await redis.kill();
      },
      lastsMs: 3_000,
      meanwhile: async () => {
        await becomes(WITHOUT_REDIS);
      },
      end: () => redis.start(),
    }));

  test.skipIf(!disk)("has a full disk (MISCONF)", () =>
    survive({
      begin: async () => disk!.fill(),
      lastsMs: 4_000,
      meanwhile: async () => {
        const refused = () => tell((client) => client.set("x", "y".repeat(10_000))).then(() => "", String);
        await eventually(refused, (error) => error.includes("MISCONF"), 4_000);
        await becomes(WITHOUT_REDIS);
        await healthBecomes(/^UNHEALTHY$/, "MISCONF");
      },
      end: async () => disk!.clear(),
    }),
  );

  test("forgets all keys (FLUSHALL)", () =>
    survive({ begin: () => tell((client) => client.flushall()), lastsMs: 0, end: async () => {} }));

  test("forgets its scripts (SCRIPT FLUSH)", () =>
    survive({
      begin: () => tell((client) => client.script("FLUSH")),
      lastsMs: 0,
      end: async () => {},
    }));

  test("cuts every connection (CLIENT KILL), five times", () =>
    survive({
      begin: async () => {
        for (let round = 0; round < 5; round += 1) {
          await tell(async (client) => {
            for (const type of ["normal", "pubsub"])
              await client.call("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
          });
          await sleep(150);
        }
      },
      lastsMs: 0,
      end: async () => {},
    }));

  test(
    "is frozen (SIGSTOP)",
    () =>
      survive({
        begin: async () => redis.freeze(),
        lastsMs: FREEZE_MS,
        meanwhile: async () => {
          await becomes(WITHOUT_REDIS);
          // Whether it lasts shows in a few samples; that there is no answer, at once.
          await healthBecomes(/./, "no answer within 1000 ms");
          // Its tries are counted five times over, here without Redis.
          const begun = performance.now();
          expect(await flow!.ask(SIGN_IN)).toContain("InvalidCredentials");
          expect(performance.now() - begun).toBeLessThan(1_000);
        },
        end: async () => redis.thaw(),
      }),
    180_000,
  );

  test("is out of memory (maxmemory 1mb, noeviction)", () =>
    survive({
      begin: () => tell((client) => client.config("SET", "maxmemory", "1mb")),
      lastsMs: 3_000,
      meanwhile: async () => {
        await expect(tell((client) => client.set("x", "y"))).rejects.toThrow("OOM command not allowed");
        await becomes(WITHOUT_REDIS);
        await healthBecomes(/^UNHEALTHY$/, "OOM");
      },
      end: () => tell((client) => client.config("SET", "maxmemory", "0")),
    }));

  test("has become a replica that refuses writes (READONLY)", () =>
    survive({
      begin: () => tell((client) => client.replicaof("127.0.0.1", 1)),
      lastsMs: 3_000,
      meanwhile: async () => {
        await expect(tell((client) => client.set("x", "y"))).rejects.toThrow("READONLY");
        await becomes(WITHOUT_REDIS);
        await healthBecomes(/^UNHEALTHY$/, "READONLY");
      },
      end: () => tell((client) => client.replicaof("NO", "ONE")),
    }));
});

describe("J3 a start is refused", () => {
  test.each(["server", "worker"] as const)("by the %s when Redis would drop keys", async (role) => {
    await tell((client) => client.config("SET", "maxmemory-policy", "allkeys-lru"));
    try {
      const refused = await launchRole(role, db.url, { REDIS_URL: redis.url, SMTP_URL: sink.url });
      expect(await refused.exited).toBe(1);
      expect(refused.output()).toBe(
        `postwatch ${role}: Redis has maxmemory-policy allkeys-lru, which drops keys of the queues when memory is full. ` +
          "Set it to noeviction (redis-cli config set maxmemory-policy noeviction), or set REDIS_URL to another server.\n",
      );
      // Those who run already go on, and the health page says it.
      flow = await Flow.begin({ db, sink, serverUrl: server.url, mails: 1 });
      await healthBecomes(/^DEGRADED$/, "maxmemory-policy allkeys-lru");
    } finally {
      await tell((client) => client.config("SET", "maxmemory-policy", "noeviction"));
    }
  });
});
