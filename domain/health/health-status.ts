/** The worst of several parts wins; the order is from good to bad. */
export const HEALTH_STATUSES = ["HEALTHY", "DEGRADED", "UNHEALTHY"] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

export function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return HEALTH_STATUSES[Math.max(0, ...statuses.map((status) => HEALTH_STATUSES.indexOf(status)))]!;
}
