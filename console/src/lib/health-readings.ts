import type { Introspected } from "../api/graphql";
import { bytes, sentence } from "./format";

export type HealthStatus = Introspected<"HealthStatus">;

interface Limits {
  warning: number;
  critical: number;
}

/** One of the four figures that every look at the machine begins with. */
export interface Reading {
  label: string;
  value: string;
  unit: string;
  note: string;
  level: number;
  /** What a full arc stands for, in the unit of `level`. */
  full: number;
  status: HealthStatus;
  /** From where on the arc it is degraded and unhealthy; only where the limits are known. */
  limits?: Limits | undefined;
}

interface Measured {
  cpu: { percent: number; status: HealthStatus };
  memory: { percent: number; usedBytes: number; totalBytes: number; status: HealthStatus };
  disk: { percent: number; freeBytes: number; totalBytes: number; status: HealthStatus };
  eventLoop: { p99Ms: number; status: HealthStatus };
  signals?: readonly (Limits & { name: string; value: number | null })[];
}

const usualFullMs = 500;

/** CPU, memory, disk and event loop, in this order. */
export function readingsOf({ cpu, memory, disk, eventLoop, signals }: Measured): Reading[] {
  const limits = (name: string) => signals?.find((signal) => signal.name === name);
  const percent = (
    label: string,
    signal: string,
    part: { percent: number; status: HealthStatus },
    note: string,
  ): Reading => ({
    label,
    value: part.percent.toFixed(0),
    unit: "%",
    note,
    level: part.percent,
    full: 100,
    status: part.status,
    limits: limits(signal),
  });
  const loop = limits("EVENT_LOOP");
  // Its state goes by the mean of a minute; the figure is of this moment.
  const minute = limits("CPU")?.value;
  return [
    percent("CPU", "CPU", cpu, minute == null ? "at this moment" : `${minute.toFixed(0)}% over a minute`),
    percent("Memory", "MEMORY", memory, `${bytes(memory.usedBytes)} of ${bytes(memory.totalBytes)}`),
    percent("Disk", "DISK", disk, `${bytes(disk.freeBytes)} of ${bytes(disk.totalBytes)} free`),
    {
      label: "Event loop",
      value: eventLoop.p99Ms.toFixed(0),
      unit: "ms",
      note: "p99 delay",
      level: eventLoop.p99Ms,
      full: loop ? loop.critical * 1.2 : usualFullMs,
      status: eventLoop.status,
      limits: loop,
    },
  ];
}

const serviceLabels: Record<string, string> = {
  postgres: "PostgreSQL",
  redis: "Redis",
  mail: "E-mail",
  workers: "Workers",
};

export const serviceLabel = (name: string) => serviceLabels[name] ?? sentence(name);

/** Milliseconds for people: 3.4 ms, 120 ms, 2.5 s. */
export const latency = (ms: number) =>
  ms >= 10_000
    ? `${(ms / 1000).toFixed(0)} s`
    : ms >= 1000
      ? `${(ms / 1000).toFixed(1)} s`
      : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** The last `length` values, the oldest dropped. */
export const appended = (values: readonly number[], value: number, length: number) =>
  [...values, value].slice(-length);
