import type { HealthStatus } from "./health-status.js";
import type { HealthSignal } from "./signals.js";

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
  /** The machine that it was taken on. */
  readonly host: string;
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
  /** Every figure with its limits. */
  readonly signals: readonly HealthSignal[];
  /** ISO 8601. */
  readonly at: string;
}

/** Where samples come from; platform/health is the one that measures. */
export interface HealthSource {
  /** The machine that is measured. */
  readonly host: string;
  /** A sample that is at most a second old. */
  current(): Promise<HealthSample>;
  /** A sample at once and then every `intervalMs`, until the consumer returns. However many watch, one timer measures. */
  watch(intervalMs: number): AsyncIterableIterator<HealthSample>;
}
