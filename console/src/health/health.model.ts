import { count } from "../lib/format";
import { latency } from "../lib/health-readings";
import type { Signal, Tick } from "./health.gql";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How far back the page looks, as it stands in the address. */
export const ranges = ["1m", "5m", "15m", "1h", "24h", "7d", "30d"] as const;
export type Range = (typeof ranges)[number];
export const usualRange: Range = "5m";

const lengths: Record<Range, { ms: number; label: string; words: string }> = {
  "1m": { ms: minuteMs, label: "Live 1 m", words: "minute" },
  "5m": { ms: 5 * minuteMs, label: "5 m", words: "5 minutes" },
  "15m": { ms: 15 * minuteMs, label: "15 m", words: "15 minutes" },
  "1h": { ms: hourMs, label: "1 h", words: "hour" },
  "24h": { ms: dayMs, label: "24 h", words: "24 hours" },
  "7d": { ms: 7 * dayMs, label: "7 d", words: "7 days" },
  "30d": { ms: 30 * dayMs, label: "30 d", words: "30 days" },
};

export const lengthMs = (range: Range) => lengths[range].ms;
export const rangeOptions = ranges.map((value) => ({ value, label: lengths[value].label }));
/** "last 5 minutes". */
export const rangeWords = (range: Range) => `last ${lengths[range].words}`;

/** Services are recorded every five seconds: forty ticks tell something from a quarter of an hour on. */
export const serviceRange = (range: Range): Range => (lengthMs(range) < lengthMs("15m") ? "15m" : range);

const ticks = 40;
const soonestMs = 30_000;
const latestMs = 5 * minuteMs;

/** How often a history of that length is asked for again: when its newest tick is over, within bounds. */
export const refreshMs = (range: Range) =>
  Math.min(latestMs, Math.max(soonestMs, lengthMs(serviceRange(range)) / ticks));

/** Seconds as people say them: 4 s, 2 min 10 s, 3 h 5 min, 2 d 4 h. */
export function span(seconds: number): string {
  const whole = Math.round(seconds);
  const steps: [number, string, number, string][] = [
    [86_400, "d", 3600, "h"],
    [3600, "h", 60, "min"],
    [60, "min", 1, "s"],
  ];
  const step = steps.find(([size]) => whole >= size);
  if (!step) return `${whole} s`;
  const [size, word, smaller, lesser] = step;
  const rest = Math.floor((whole % size) / smaller);
  return `${Math.floor(whole / size)} ${word}${rest ? ` ${rest} ${lesser}` : ""}`;
}

/** A figure with its unit; null is no answer. */
export function figure(value: number | null | undefined, unit: string): string {
  if (value == null) return "No answer";
  if (unit === "%") return `${Math.round(value)}%`;
  if (unit === "ms") return latency(value);
  if (unit === "s") return span(value);
  return `${count(value)} ${value === 1 ? unit.replace(/s$/, "") : unit}`;
}

const headroom = 1.25;

/** What the whole bar of a signal stands for. */
export const fullOf = ({ unit, critical }: Pick<Signal, "unit" | "critical">) =>
  unit === "%" ? 100 : critical * headroom;

/** Where a value stands on a bar, 0 to 100. */
export const placeOf = (value: number, full: number) =>
  full <= 0 ? 0 : Math.max(0, Math.min(100, (100 * value) / full));

const days = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayClock = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** A clock time to the second, with the day. */
export const moment = (atMs: number) => `${days.format(atMs)}, ${clock.format(atMs)}`;

const tickWords = { HEALTHY: "healthy", DEGRADED: "degraded", UNHEALTHY: "unhealthy" } as const;

/** What a tick says when it is pointed at: when, the worst that was seen and for how long, and how it answered. */
export function tickTitle(tick: Tick, tickMs: number): string {
  const format = tickMs < hourMs ? clock : dayClock;
  const from = new Date(tick.at);
  const when = `${format.format(from)} to ${format.format(from.getTime() + tickMs)}`;
  if (!tick.status) return `${when}: nothing was recorded`;
  const long = tick.badSeconds ? ` for ${span(tick.badSeconds)}` : "";
  const answered = tick.latencyMs == null ? "" : `, ${latency(tick.latencyMs)}`;
  return `${when}: ${tickWords[tick.status]}${long}${answered}`;
}

/** 0.99951 is "99.95%"; what is not quite all is never rounded up to 100%. */
export function availability(share: number | null | undefined): string {
  if (share == null) return "unknown";
  if (share >= 1) return "100%";
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)}%`;
}
