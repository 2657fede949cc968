import type { Tone } from "../../ui/Tag";

interface Limits {
  warning: number;
  critical: number;
}

// What holds for whoever may not read the installation's own.
const usual: Record<string, Limits> = {
  emails: { warning: 30, critical: 120 },
  campaigns: { warning: 120, critical: 600 },
  analytics: { warning: 600, critical: 3_600 },
};

/** Seconds from which on the oldest waiting job of a queue is late, as the installation has set them or else as usual. */
export function limitsOf(
  queue: string,
  thresholds: readonly { signal: string; warning: number; critical: number }[] | undefined,
): Limits {
  const own = thresholds?.find((each) => each.signal === `OLDEST_WAITING_${queue.toUpperCase()}`);
  return own ?? usual[queue] ?? { warning: Infinity, critical: Infinity };
}

/** How bad it is that the oldest has waited so long. */
export function waitTone(seconds: number | null, limits: Limits): Tone {
  if (seconds === null || seconds < limits.warning) return "plain";
  return seconds < limits.critical ? "warn" : "bad";
}

export interface Tick {
  succeeded: number;
  failed: number;
}

const ticksOfAMinute = 6;

/** Runs that ended in the last whole minute. */
export const perMinute = (ticks: readonly Tick[]) =>
  ticks.slice(-ticksOfAMinute).reduce((sum, tick) => sum + tick.succeeded + tick.failed, 0);

export const runsIn = (ticks: readonly Tick[]) => ticks.map((tick) => tick.succeeded + tick.failed);
