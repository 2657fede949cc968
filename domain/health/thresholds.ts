import type { HealthStatus } from "./health-sample.js";

const GIB = 2 ** 30;

/** From when a figure is a warning (DEGRADED) and from when critical (UNHEALTHY). */
export interface Threshold {
  readonly warning: number;
  readonly critical: number;
}

/** The one table of limits. Percent from 0 to 100, times in milliseconds unless the name says otherwise. */
export const THRESHOLDS = {
  cpuPercent: { warning: 75, critical: 90 },
  memoryPercent: { warning: 80, critical: 92 },
  diskPercent: { warning: 80, critical: 90 },
  eventLoopP99Ms: { warning: 100, critical: 500 },
  postgresPingMs: { warning: 100, critical: 500 },
  postgresPoolPercent: { warning: 80, critical: 95 },
  redisPingMs: { warning: 50, critical: 250 },
  mailMs: { warning: 2000, critical: 5000 },
  workerSilentSeconds: { warning: 10, critical: 15 },
} as const satisfies Record<string, Threshold>;

/** Less free space than this counts whatever the percentage. */
export const DISK_FREE_BYTES = { warning: 5 * GIB, critical: 2 * GIB } as const;

/** How long a dependency may take before it counts as not answering. */
export const TIMEOUTS_MS = { postgres: 2000, redis: 1000, mail: 5000 } as const;

/** So many bad samples in a row make a state worse, so many good ones make it better: a single spike is no news. */
export const SAMPLES_UNTIL = { worse: 3, better: 5 } as const;

export function judge(value: number, threshold: Threshold): HealthStatus {
  if (value >= threshold.critical) return "UNHEALTHY";
  return value >= threshold.warning ? "DEGRADED" : "HEALTHY";
}

/** Like judge, for figures of which little is bad. */
export function judgeFree(value: number, threshold: Threshold): HealthStatus {
  if (value < threshold.critical) return "UNHEALTHY";
  return value < threshold.warning ? "DEGRADED" : "HEALTHY";
}
