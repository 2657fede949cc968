import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from "prom-client";
import { VERSION } from "#platform/version.js";

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Gauges with the ending of counters, which Prometheus's own linter refuses. */
const MISNAMED = ["handles", "requests", "resources"].map((what) => `postwatch_nodejs_active_${what}_total`);

/** What this process has done and how it is: counted as it happens, or read when it is asked for. */
export interface ProcessMetrics {
  /** @param route a class of routes, never an address */
  request(route: string, status: number, seconds: number): void;
  /** @param code OK, or the first error's */
  operation(type: string, code: string): void;
}

export interface SocketLoad {
  readonly connections: number;
  readonly subscriptions: number;
}

export function processMetrics(register: Registry, socketLoad: () => SocketLoad): ProcessMetrics {
  const registers = [register];
  collectDefaultMetrics({ register, prefix: "postwatch_" });
  for (const name of MISNAMED) register.removeSingleMetric(name);
  new Gauge({
    name: "postwatch_build_info",
    help: "Which version this is; always 1.",
    labelNames: ["version"],
    registers,
  }).set({ version: VERSION }, 1);
  const requests = new Histogram({
    name: "postwatch_http_request_duration_seconds",
    help: "Time from a request's first byte to the end of its answer, by class of routes and status.",
    labelNames: ["route", "status"],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const operations = new Counter({
    name: "postwatch_graphql_operations_total",
    help: "GraphQL operations by type and by the code of their first error, OK without one.",
    labelNames: ["type", "code"],
    registers,
  });
  for (const what of ["connections", "subscriptions"] as const)
    register.registerMetric(
      new Gauge({
        name: `postwatch_websocket_${what}`,
        help: `Websocket ${what} that are open at this server.`,
        registers: [],
        collect() {
          this.set(socketLoad()[what]);
        },
      }),
    );
  return {
    request: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    operation: (type, code) => operations.inc({ type, code }),
  };
}
