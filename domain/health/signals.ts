import type { HealthStatus } from "./health-status.js";

export type SignalUnit = "%" | "ms" | "s" | "jobs" | "faults";

/** From when a figure is a warning (DEGRADED) and from when critical (UNHEALTHY), in the signal's unit. */
export interface Threshold {
  readonly warning: number;
  readonly critical: number;
}

interface SignalKind extends Threshold {
  readonly label: string;
  readonly unit: SignalUnit;
  /** No limit of it may be higher. */
  readonly most: number;
}

const PERCENT = { unit: "%", most: 100 } as const;
const MILLISECONDS = { unit: "ms", most: 60_000 } as const;
const SECONDS = { unit: "s", most: 604_800 } as const;

/**
 * Everything that is measured, with the limits that the product comes with: from `warning` on it is DEGRADED, from
 * `critical` on UNHEALTHY. CPU is the mean of a minute; pool use is what lasts over three samples.
 */
export const SIGNALS = {
  CPU: { label: "CPU", ...PERCENT, warning: 75, critical: 90 },
  MEMORY: { label: "Memory", ...PERCENT, warning: 80, critical: 92 },
  DISK: { label: "Disk", ...PERCENT, warning: 80, critical: 90 },
  EVENT_LOOP: { label: "Event loop, p99", ...MILLISECONDS, warning: 100, critical: 500 },
  POSTGRES_PING: { label: "PostgreSQL answers in", ...MILLISECONDS, warning: 100, critical: 500 },
  POSTGRES_POOL: { label: "PostgreSQL connections in use", ...PERCENT, warning: 80, critical: 95 },
  REDIS_PING: { label: "Redis answers in", ...MILLISECONDS, warning: 50, critical: 250 },
  MAIL_LATENCY: { label: "Mail server answers in", ...MILLISECONDS, warning: 2000, critical: 5000 },
  OLDEST_DUE_MESSAGE: { label: "Oldest mail that is due", ...SECONDS, warning: 60, critical: 300 },
  OLDEST_WAITING_EMAILS: { label: "Oldest waiting job, emails", ...SECONDS, warning: 30, critical: 120 },
  OLDEST_WAITING_CAMPAIGNS: {
    label: "Oldest waiting job, campaigns",
    ...SECONDS,
    warning: 120,
    critical: 600,
  },
  OLDEST_WAITING_ANALYTICS: {
    label: "Oldest waiting job, analytics",
    ...SECONDS,
    warning: 600,
    critical: 3600,
  },
  DEAD_LETTERS: {
    label: "Dead letters in the last hour",
    unit: "jobs",
    most: 1_000_000,
    warning: 1,
    critical: 20,
  },
  WORKER_SILENCE: { label: "Silence of the workers", ...SECONDS, warning: 10, critical: 15 },
  WORKER_STALL: { label: "Longest standstill of a worker", ...SECONDS, warning: 60, critical: 120 },
  OUTBOX_LAG: { label: "Oldest event that is not published", ...SECONDS, warning: 5, critical: 30 },
  AUDIT_SEAL_LAG: {
    label: "Oldest entry of the record without a seal",
    ...SECONDS,
    warning: 60,
    critical: 3600,
  },
  AUDIT_ANCHOR_LAG: {
    label: "Oldest seal of the record without an anchor",
    ...SECONDS,
    warning: 300,
    critical: 3600,
  },
  AUDIT_FAULTS: {
    label: "Faults of the record at its last check",
    unit: "faults",
    most: 1_000_000,
    warning: 1,
    critical: 1,
  },
} as const satisfies Record<string, SignalKind>;

export type SignalName = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as SignalName[];

/** What a look found; null where there was no answer. */
export type SignalValues = Readonly<Record<SignalName, number | null>>;

/** One figure with the limits that it was judged by. */
export interface HealthSignal {
  readonly name: SignalName;
  readonly label: string;
  readonly unit: SignalUnit;
  /** Null when nothing answered; that is UNHEALTHY. */
  readonly value: number | null;
  readonly status: HealthStatus;
  readonly warning: number;
  readonly critical: number;
}
