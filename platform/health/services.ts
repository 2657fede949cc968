import { Redis } from "ioredis";
import {
  judge,
  SAMPLES_UNTIL,
  THRESHOLDS,
  TIMEOUTS_MS,
  worst,
  type HealthStatus,
  type ServiceHealth,
} from "#domain/health/index.js";
import { statement } from "#domain/operation.js";
import type { Database } from "../database/database.js";
import { SmtpLane } from "../mail/smtp-lane.js";
import { parseSmtpUrl } from "../mail/smtp-settings.js";
import { RECONNECT, redisAddress } from "../redis.js";

/** Asks something that the product depends on how it is; never rejects. */
export interface ServiceCheck {
  check(): Promise<ServiceHealth>;
  close(): void;
}

/** Runs a check with a time-out and turns a failure into the answer that it is. */
async function answerOf(
  name: string,
  timeoutMs: number,
  ask: () => Promise<{ status?: HealthStatus; detail?: string | null } | void>,
  limits: { warning: number; critical: number },
): Promise<ServiceHealth> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  const asked = ask();
  asked.catch(() => {});
  try {
    const found = (await Promise.race([asked, late])) ?? {};
    const latencyMs = Math.round((performance.now() - started) * 10) / 10;
    const status = worst([judge(latencyMs, limits), found.status ?? "HEALTHY"]);
    return { name, status, latencyMs, detail: found.detail ?? null };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { name, status: "UNHEALTHY", latencyMs: null, detail: message || code || "does not answer" };
  } finally {
    clearTimeout(timer);
  }
}

const PING = statement<object>("health_ping", "select 1");

export function checkPostgres(database: Database): ServiceCheck {
  const { pool } = database;
  let recent: readonly number[] = [];
  const ask = async () => {
    await database.query(PING);
    const inUse = pool.totalCount - pool.idleCount;
    const percent = Math.min(100, (100 * (inUse + pool.waitingCount)) / pool.options.max);
    const detail = `${inUse} of ${pool.options.max} connections in use`;
    // A page that loads asks for many things at once, this sample among them: only use that lasts is a burden.
    recent = [...recent, percent].slice(-SAMPLES_UNTIL.worse);
    const lasting = recent.length < SAMPLES_UNTIL.worse ? 0 : Math.min(...recent);
    return { status: judge(lasting, THRESHOLDS.postgresPoolPercent), detail };
  };
  return {
    check: () => answerOf("postgres", TIMEOUTS_MS.postgres, ask, THRESHOLDS.postgresPingMs),
    close() {},
  };
}

export function checkRedis(redisUrl: string): ServiceCheck {
  const client = new Redis(redisAddress(redisUrl), { ...RECONNECT, enableOfflineQueue: false });
  let fault: string | null = null;
  client.on("error", (error: Error) => (fault = error.message));
  const firstAnswer = new Promise<void>((resolve) => {
    client.once("ready", resolve);
    client.once("error", () => resolve());
  });
  const ask = async () => {
    await firstAnswer;
    if (client.status !== "ready") throw new Error(fault ?? "not connected");
    await client.ping();
  };
  return {
    check: () => answerOf("redis", TIMEOUTS_MS.redis, ask, THRESHOLDS.redisPingMs),
    close: () => client.disconnect(),
  };
}

/** A connection and EHLO, then QUIT: no mail. Mail servers count connections, so the answer is kept for a while. */
export function checkMail(smtpUrl: string, keepMs = 10_000): ServiceCheck {
  const settings = parseSmtpUrl(smtpUrl);
  let answer: Promise<ServiceHealth> | null = null;
  let until = 0;
  const ask = async () => {
    const lane = new SmtpLane(settings, { connectTimeoutMs: TIMEOUTS_MS.mail });
    const failure = await lane.connect();
    lane.close();
    if (failure) throw new Error("reason" in failure ? failure.reason : failure.reply);
  };
  return {
    check() {
      if (answer && performance.now() < until) return answer;
      until = performance.now() + keepMs;
      answer = answerOf("mail", TIMEOUTS_MS.mail + 500, ask, THRESHOLDS.mailMs);
      return answer;
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
  const ask = async () => {
    const workers = await database.query(WORKERS);
    const states = workers.map(({ silentSeconds }) => judge(silentSeconds, THRESHOLDS.workerSilentSeconds));
    const alive = states.filter((state) => state !== "UNHEALTHY");
    if (alive.length === 0) throw new Error("no worker is alive");
    const detail = alive.length === 1 ? "1 worker is alive" : `${alive.length} workers are alive`;
    return { status: alive.includes("HEALTHY") ? "HEALTHY" : "DEGRADED", detail } as const;
  };
  return {
    check: () => answerOf("workers", TIMEOUTS_MS.postgres, ask, THRESHOLDS.postgresPingMs),
    close() {},
  };
}
