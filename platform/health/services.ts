import { Redis } from "ioredis";
import {
  judge,
  thresholdsWith,
  TIMEOUTS_MS,
  worst,
  type HealthStatus,
  type ServiceHealth,
  type Threshold,
  type Thresholds,
} from "#domain/health/index.js";
import { statement } from "#domain/operation.js";
import type { Database } from "../database/database.js";
import { SmtpLane } from "../mail/smtp-lane.js";
import { parseSmtpUrl } from "../mail/smtp-settings.js";
import { refuseEviction } from "../redis-eviction.js";
import { RECONNECT, redisAddress } from "../redis.js";
import { oneAtATime } from "./one-at-a-time.js";
import { PoolMeter } from "./pool-meter.js";
import { within } from "./within.js";

/** Asks something that the product depends on how it is; never rejects. */
export interface ServiceCheck {
  /** @param limits by which the answer is judged; without them those that the product comes with */
  check(limits?: Thresholds): Promise<ServiceHealth>;
  close(): void;
}

const USUAL = thresholdsWith();

/** Runs a check with a time-out and turns a failure into the answer that it is. */
async function answerOf(
  name: string,
  timeoutMs: number,
  ask: () => Promise<{ status?: HealthStatus; detail?: string | null } | void>,
  limits: Threshold,
): Promise<ServiceHealth> {
  const started = performance.now();
  try {
    const found = (await within(timeoutMs, ask())) ?? {};
    const latencyMs = Math.round((performance.now() - started) * 10) / 10;
    const status = worst([judge(latencyMs, limits), found.status ?? "HEALTHY"]);
    return { name, status, latencyMs, detail: found.detail ?? null };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { name, status: "UNHEALTHY", latencyMs: null, detail: message || code || "does not answer" };
  }
}

const PING = statement<object>("health_ping", "select 1");

export function checkPostgres(database: Database, pool = new PoolMeter(database.pool)): ServiceCheck {
  const ping = oneAtATime(() => database.query(PING));
  return {
    check(limits = USUAL) {
      const ask = async () => {
        await ping();
        pool.look();
        const { inUse, most } = pool.now();
        return {
          status: judge(pool.lastingPercent, limits.POSTGRES_POOL),
          detail: `${inUse} of ${most} connections in use`,
        };
      };
      return answerOf("postgres", TIMEOUTS_MS.postgres, ask, limits.POSTGRES_PING);
    },
    close() {},
  };
}

/** Outlives its probe by little. */
const PROBE_KEY = "{pw:probe}:written";
const PROBE_KEPT_MS = 10_000;

/** Asks by writing: a Redis that is out of memory, a replica or cannot save answers every PING and takes no ring. */
export function checkRedis(redisUrl: string): ServiceCheck {
  const client = new Redis(redisAddress(redisUrl), { ...RECONNECT, enableOfflineQueue: false });
  let fault: string | null = null;
  client.on("error", (error: Error) => (fault = error.message));
  const firstAnswer = new Promise<void>((resolve) => {
    client.once("ready", resolve);
    client.once("error", () => resolve());
  });
  const write = oneAtATime(async () => {
    const [, eviction] = await Promise.all([
      client.set(PROBE_KEY, "", "PX", PROBE_KEPT_MS),
      refuseEviction(client).catch((error: Error) => error.message),
    ]);
    return eviction ? { status: "DEGRADED" as const, detail: eviction } : {};
  });
  const ask = async () => {
    await firstAnswer;
    if (client.status !== "ready") throw new Error(fault ?? "not connected");
    // A replica's line is cut after its refusal, in the hope for a primary; until then the refusal counts.
    return write().catch((error: Error) => Promise.reject(new Error((fault = error.message))));
  };
  return {
    check: (limits = USUAL) => answerOf("redis", TIMEOUTS_MS.redis, ask, limits.REDIS_PING),
    close: () => client.disconnect(),
  };
}

/**
 * A connection and EHLO, then QUIT: no mail. Mail servers count connections, so the answer is kept for a while; and one
 * that hangs keeps nobody waiting: until it has answered anew, the answer before counts.
 */
export function checkMail(smtpUrl: string, keepMs = 10_000): ServiceCheck {
  const settings = parseSmtpUrl(smtpUrl);
  let answer: Promise<ServiceHealth> | null = null;
  let asking: Promise<ServiceHealth> | null = null;
  let until = 0;
  const ask = async () => {
    const lane = new SmtpLane(settings, { connectTimeoutMs: TIMEOUTS_MS.mail });
    const failure = await lane.connect();
    lane.close();
    if (failure) throw new Error("reason" in failure ? failure.reason : failure.reply);
  };
  return {
    check(limits = USUAL) {
      if (!asking && performance.now() >= until) {
        until = performance.now() + keepMs;
        asking = answerOf("mail", TIMEOUTS_MS.mail + 500, ask, limits.MAIL_LATENCY).finally(() => {
          answer = asking;
          asking = null;
        });
      }
      return answer ?? asking!;
    },
    close() {},
  };
}

const WORKERS = statement<{ silentSeconds: number }>(
  "health_workers",
  `select extract(epoch from now() - at)::float8 as "silentSeconds" from worker_heartbeat
   where stopped_at is null and at > now() - interval '1 hour' order by at desc`,
);

/** Alive is who has given a sign of life lately; with nobody alive no mail leaves. */
export function checkWorkers(database: Database): ServiceCheck {
  const look = oneAtATime(() => database.query(WORKERS));
  return {
    check(limits = USUAL) {
      const ask = async () => {
        const workers = await look();
        const states = workers.map(({ silentSeconds }) => judge(silentSeconds, limits.WORKER_SILENCE));
        const alive = states.filter((state) => state !== "UNHEALTHY");
        if (alive.length === 0) throw new Error("no worker is alive");
        const detail = alive.length === 1 ? "1 worker is alive" : `${alive.length} workers are alive`;
        return { status: alive.includes("HEALTHY") ? "HEALTHY" : "DEGRADED", detail } as const;
      };
      return answerOf("workers", TIMEOUTS_MS.postgres, ask, limits.POSTGRES_PING);
    },
    close() {},
  };
}
