import type { HealthStatus } from "./health-status.js";
import { SIGNAL_NAMES, SIGNALS, type SignalName, type Threshold } from "./signals.js";

const GIB = 2 ** 30;

/** The limits in force. */
export type Thresholds = Readonly<Record<SignalName, Threshold>>;

/** What the installation has decided; the rest is as the product has it. */
export type ThresholdChanges = Readonly<Partial<Record<SignalName, Threshold>>>;

/** As the product comes; `changes` replace single signals. */
export function thresholdsWith(changes: ThresholdChanges = {}): Thresholds {
  const limits = SIGNAL_NAMES.map((name) => {
    const { warning, critical } = changes[name] ?? SIGNALS[name];
    return [name, { warning, critical }] as const;
  });
  return Object.fromEntries(limits) as Record<SignalName, Threshold>;
}

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
