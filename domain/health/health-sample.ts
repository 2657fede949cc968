/** The worst of several parts wins; the order is from good to bad. */
export const HEALTH_STATUSES = ["HEALTHY", "DEGRADED", "UNHEALTHY"] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

export function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return HEALTH_STATUSES[Math.max(0, ...statuses.map((status) => HEALTH_STATUSES.indexOf(status)))]!;
}

/** Something that the product depends on. `latencyMs` is null when it did not answer. */
export interface ServiceHealth {
  readonly name: string;
  readonly status: HealthStatus;
  readonly latencyMs: number | null;
  /** One line for people: what is wrong, or what was found. */
  readonly detail: string | null;
}

/** How this installation is, at one moment. Percentages are from 0 to 100. */
export interface HealthSample {
  readonly status: HealthStatus;
  readonly services: readonly ServiceHealth[];
  readonly cpu: { readonly percent: number; readonly status: HealthStatus };
  readonly memory: {
    readonly percent: number;
    readonly usedBytes: number;
    readonly totalBytes: number;
    readonly status: HealthStatus;
  };
  readonly disk: {
    readonly percent: number;
    readonly freeBytes: number;
    readonly totalBytes: number;
    readonly status: HealthStatus;
  };
  readonly eventLoop: { readonly p99Ms: number; readonly status: HealthStatus };
  /** ISO 8601. */
  readonly at: string;
}

/** Where samples come from; platform/health is the one that measures. */
export interface HealthSource {
  /** A sample that is at most a second old. */
  current(): Promise<HealthSample>;
  /** A sample at once and then every `intervalMs`, until the consumer returns. However many watch, one timer measures. */
  watch(intervalMs: number): AsyncIterableIterator<HealthSample>;
}
