import { connectionOf } from "./team-answers";

type Status = "HEALTHY" | "DEGRADED" | "UNHEALTHY";

const signal = (
  name: string,
  label: string,
  unit: string,
  value: number | null,
  limits: [warning: number, critical: number],
  status: Status = "HEALTHY",
) => ({ name, label, unit, value, status, warning: limits[0], critical: limits[1] });

const gigabyte = 1024 ** 3;

/** A sample as the API answers it: all well, CPU at `cpu` percent. */
export const sampleOf = (cpu: number, rest: Record<string, unknown> = {}) => ({
  at: new Date().toISOString(),
  host: "one",
  status: "HEALTHY" as Status,
  cpu: { percent: cpu, status: (cpu >= 90 ? "UNHEALTHY" : cpu >= 75 ? "DEGRADED" : "HEALTHY") as Status },
  memory: { percent: 62, usedBytes: 5 * gigabyte, totalBytes: 8 * gigabyte, status: "HEALTHY" as Status },
  disk: { percent: 40, freeBytes: 60 * gigabyte, totalBytes: 100 * gigabyte, status: "HEALTHY" as Status },
  eventLoop: { p99Ms: 12, status: "HEALTHY" as Status },
  services: [
    { name: "postgres", status: "HEALTHY" as Status, latencyMs: 1.4, detail: "4 of 20 connections in use" },
    { name: "redis", status: "UNHEALTHY" as Status, latencyMs: null, detail: "It does not answer." },
  ],
  signals: [
    signal("CPU", "CPU", "%", 31, [75, 90]),
    signal("EVENT_LOOP", "Event loop, p99", "ms", 12, [100, 500]),
    signal("OLDEST_DUE_MESSAGE", "Oldest mail that is due", "s", 130, [60, 300], "DEGRADED"),
    signal("REDIS_PING", "Redis answers in", "ms", null, [50, 250], "UNHEALTHY"),
    signal("DEAD_LETTERS", "Dead letters in the last hour", "jobs", 1, [1, 20], "DEGRADED"),
  ],
  ...rest,
});

export const eventOf = (health: ReturnType<typeof sampleOf>) => ({
  healthUpdated: { cursor: String(Date.parse(health.at)), health },
});

interface Asked {
  from: string | Date;
  to: string | Date;
}

/** A history over the range that was asked for: PostgreSQL well but for the last tick, nothing of anything else. */
export function historyOf({ from, to }: Asked, rest: Record<string, unknown> = {}) {
  const start = new Date(from).getTime();
  const stepMs = (new Date(to).getTime() - start) / 40;
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    host: "one",
    hosts: ["one"],
    stepSeconds: 5,
    markers: [],
    series: {
      at: [],
      cpuPercent: [],
      cpuPercentMax: [],
      memoryPercent: [],
      memoryPercentMax: [],
      diskPercent: [],
      eventLoopP99Ms: [],
      eventLoopP99MsMax: [],
    },
    services: [
      {
        name: "postgres",
        latencyP50Ms: 1.2,
        latencyP95Ms: 8.5,
        availability: 0.99996,
        ticks: Array.from({ length: 40 }, (_, index) => ({
          at: new Date(start + index * stepMs).toISOString(),
          status: index === 0 ? null : index === 39 ? "UNHEALTHY" : "HEALTHY",
          latencyMs: index === 0 ? null : 1.5,
          badSeconds: index === 39 ? 20 : 0,
        })),
      },
    ],
    ...rest,
  };
}

export const meWith =
  (...permissions: string[]) =>
  () => ({
    id: "me",
    email: "ada@example.com",
    name: "Ada",
    role: "ADMIN",
    permissions,
    teams: [],
    organisation: "Northwind",
  });

/** A rule as the API answers it. */
export const ruleOf = (id: string, name: string, rest: Record<string, unknown> = {}) => ({
  __typename: "AlertRule",
  id,
  name,
  signal: "OLDEST_DUE_MESSAGE",
  threshold: 120,
  unit: "s",
  forSeconds: 60,
  isEnabled: true,
  mutedUntil: null,
  state: "OK",
  stateSince: "2026-03-01T10:00:00.000Z",
  lastValue: 4,
  version: 3,
  ...rest,
});

/** An installation without alerts, to be overridden. */
export const quiet = {
  alertRules: () => [] as ReturnType<typeof ruleOf>[],
  alertEvents: () => connectionOf([]),
};
