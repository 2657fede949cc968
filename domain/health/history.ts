import type { HealthStatus } from "./health-status.js";

/** Figures over time as columns of equal length, oldest first. Null: nothing was recorded then. */
export interface HealthSeries {
  /** Starts of the steps, ISO 8601. */
  readonly at: readonly string[];
  readonly cpuPercent: readonly (number | null)[];
  readonly cpuPercentMax: readonly (number | null)[];
  readonly memoryPercent: readonly (number | null)[];
  readonly memoryPercentMax: readonly (number | null)[];
  readonly diskPercent: readonly (number | null)[];
  readonly eventLoopP99Ms: readonly (number | null)[];
  readonly eventLoopP99MsMax: readonly (number | null)[];
}

/** A fortieth of the range. */
export interface ServiceTick {
  readonly at: string;
  /** The worst that was seen; null when nothing was recorded. */
  readonly status: HealthStatus | null;
  readonly latencyMs: number | null;
  /** In how many of its seconds it was not HEALTHY. */
  readonly badSeconds: number;
}

export interface ServiceHistory {
  readonly name: string;
  /** Beyond three hours of the means of five minutes. */
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  /** The share of the recorded time in which it was not UNHEALTHY, 0 to 1. */
  readonly availability: number | null;
  readonly ticks: readonly ServiceTick[];
}

/** Something that was done while the figures were taken. */
export interface HealthMarker {
  readonly at: string;
  readonly action: string;
  readonly label: string;
  /** A page of the console. */
  readonly href: string | null;
}

export interface HealthHistory {
  readonly host: string;
  readonly hosts: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
  readonly series: HealthSeries;
  readonly services: readonly ServiceHistory[];
  readonly markers: readonly HealthMarker[];
}
