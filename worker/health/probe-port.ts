import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Database } from "#platform/database/database.js";
import { databaseChecks, Readiness } from "#platform/health/readiness.js";
import { checkRedis } from "#platform/health/services.js";
import type { Logger } from "#platform/logger.js";

/** Where orchestrators ask a worker how it is. */
export interface ProbePort {
  readonly port: number;
  /** Readiness says no from now on. */
  drain(): void;
  close(): Promise<void>;
}

export interface ProbePortOptions {
  readonly host: string;
  readonly port: number;
  readonly database: Database;
  readonly redisUrl: string;
  readonly log: Logger;
  /** Whether what this worker has begun does not move on any more. */
  isStuck(): boolean;
}

const OK = JSON.stringify({ status: "ok" });
const UNAVAILABLE = JSON.stringify({ status: "unavailable" });
/** Probes are few and short; whoever opens more lines than this waits. */
const MOST_CONNECTIONS = 50;
const TIMEOUT_MS = 5_000;

/**
 * Serves /api/health/liveness (the process alone) and /api/health/readiness (PostgreSQL and Redis answer, the schema is
 * not older than the code, work moves on; 503 while it stops). Yes or no, and nothing else, for anybody.
 * @throws Error when the port is taken
 */
export async function openProbePort(options: ProbePortOptions): Promise<ProbePort> {
  const { host, port, database, redisUrl, log, isStuck } = options;
  const checks = databaseChecks(database);
  const redis = checkRedis(redisUrl);
  const readiness = new Readiness(
    {
      ping: () => Promise.all([checks.ping(), demandAnswer(redis.check())]),
      pendingMigrations: () => checks.pendingMigrations(),
      isStuck,
    },
    log,
  );
  const server = serve(readiness);
  server.listen(port, host);
  await once(server, "listening").catch((error: Error) => {
    redis.close();
    throw new Error(
      `The worker's probes cannot be served at ${host}:${port} (${error.message}). Set WORKER_HEALTH_PORT to a free port.`,
    );
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => readiness.drain(),
    async close() {
      redis.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Slow is no obstacle; silence is. */
async function demandAnswer(check: ReturnType<ReturnType<typeof checkRedis>["check"]>): Promise<void> {
  const { latencyMs, detail } = await check;
  if (latencyMs === null) throw new Error(`Redis: ${detail ?? "no answer"}`);
}

function serve(readiness: Readiness): Server {
  const answers: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
    "/api/health/liveness": () => true,
    "/api/health/readiness": () => readiness.isReady(),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split("?", 1)[0] ?? ""];
    request.resume();
    response.setHeader("content-type", "application/json; charset=utf-8");
    response.setHeader("cache-control", "no-store");
    if (!answer) return response.writeHead(404).end('{"status":"not found"}');
    if (request.method !== "GET" && request.method !== "HEAD")
      return response.writeHead(405, { allow: "GET, HEAD" }).end('{"status":"method not allowed"}');
    return void Promise.resolve(answer()).then((isGood) =>
      response.writeHead(isGood ? 200 : 503).end(isGood ? OK : UNAVAILABLE),
    );
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = TIMEOUT_MS;
  server.requestTimeout = TIMEOUT_MS;
  return server;
}
