import type { FastifyInstance, FastifyRequest } from "fastify";
import { isIP } from "node:net";
import { Registry } from "prom-client";
import type { HealthSource } from "#domain/health/index.js";
import { UnauthenticatedError } from "#domain/errors.js";
import type { Database } from "#platform/database/database.js";
import { hasProbeToken } from "../auth/probe-token.js";
import { InstallationMetrics } from "../metrics/installation-metrics.js";
import { processMetrics, type ProcessMetrics, type SocketLoad } from "../metrics/process-metrics.js";

export interface MetricsOptions {
  readonly database: Database;
  readonly health: HealthSource;
  /** The address that is listened on: on loopback only this machine can ask. */
  readonly host: string;
  readonly probeToken: string | undefined;
  socketLoad(): SocketLoad;
}

const CACHED_MS = 1_000;

export interface Metrics {
  readonly operation: ProcessMetrics["operation"];
  /** Counts its requests, and serves GET /metrics for whoever brings the probe token and, on loopback, for this machine. */
  addTo(app: FastifyInstance): void;
}

export function openMetrics(options: MetricsOptions): Metrics {
  const register = new Registry();
  const ours = processMetrics(register, options.socketLoad);
  const installation = new InstallationMetrics(register, options.database, options.health);
  const text = keptFor(CACHED_MS, async () => {
    await installation.refresh();
    return register.metrics();
  });
  return {
    operation: ours.operation,
    addTo(app) {
      app.get("/metrics", async (request, reply) => {
        if (!mayRead(request, options))
          throw new UnauthenticatedError("Metrics need the probe token: Authorization: Bearer …");
        return reply.type(register.contentType).send(await text());
      });
      app.addHook("onResponse", async (request, reply) =>
        ours.request(routeClassOf(request), reply.statusCode, reply.elapsedTime / 1000),
      );
    },
  };
}

/** However many ask. */
function keptFor<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let goodUntil = 0;
  return () => {
    if (!answer || goodUntil <= performance.now()) {
      goodUntil = Infinity;
      answer = read().finally(() => (goodUntil = performance.now() + ms));
    }
    return answer;
  };
}

function mayRead(request: FastifyRequest, { host, probeToken }: MetricsOptions): boolean {
  if (hasProbeToken(request.headers.authorization, probeToken)) return true;
  // What a proxy has passed on comes from elsewhere.
  const { "x-forwarded-for": forwardedFor, forwarded } = request.headers;
  return isLoopback(host) && forwardedFor === undefined && forwarded === undefined;
}

/** Names only this machine can reach; any other name may be anybody's. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host.toLowerCase() === "localhost";
}

const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^\/graphql/, "graphql"],
  [/^\/api\/health/, "health"],
  [/^\/api\/imports/, "imports"],
  [/^\/metrics/, "metrics"],
  [/^\/(admin|app|assets|$)/, "console"],
  [/^\/playground/, "playground"],
];

/** A handful of names, whatever strangers ask for. */
function routeClassOf(request: FastifyRequest): string {
  const url = request.routeOptions.url;
  return CLASSES.find(([pattern]) => url !== undefined && pattern.test(url))?.[1] ?? "other";
}
