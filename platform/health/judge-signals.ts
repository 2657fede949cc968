import {
  judge,
  SIGNAL_NAMES,
  SIGNALS,
  type HealthSignal,
  type HealthStatus,
  type SignalName,
  type SignalValues,
  type Thresholds,
} from "#domain/health/index.js";

/**
 * Every figure with its limits and its state.
 * @param settled keeps a state until several samples in a row say otherwise
 */
export function judgeSignals(
  values: SignalValues,
  limits: Thresholds,
  settled: (name: SignalName, seen: HealthStatus) => HealthStatus,
): HealthSignal[] {
  return SIGNAL_NAMES.map((name) => {
    const { label, unit } = SIGNALS[name];
    const value = values[name];
    // What does not answer is not well.
    const seen = value === null ? "UNHEALTHY" : judge(value, limits[name]);
    return { name, label, unit, value, status: settled(name, seen), ...limits[name] };
  });
}
