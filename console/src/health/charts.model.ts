import type { Block, Line } from "./chart-rows";
import type { HealthNow, HistoryThen } from "./health.gql";

/** Services whose answer times have a line; "workers" is a question to PostgreSQL and would repeat it. */
const timed = ["postgres", "redis", "mail"] as const;

/** What is kept of a sample, in the order of the columns; the time comes first. */
const kept = ["at", "cpu", "memory", "disk", "loop", ...timed] as const;
export const tailWidth = kept.length;
const columnOf = (name: (typeof kept)[number]) => kept.indexOf(name);

/** A sample as a row of the tail; what did not answer has no value. */
export function tailRow(sample: HealthNow): number[] {
  const latencies = timed.map(
    (name) => sample.services.find((service) => service.name === name)?.latencyMs ?? Number.NaN,
  );
  const { cpu, memory, disk, eventLoop } = sample;
  return [Date.parse(sample.at), cpu.percent, memory.percent, disk.percent, eventLoop.p99Ms, ...latencies];
}

export interface ChartLine extends Line {
  label: string;
  /** A token of the colours, e.g. --chart-1. */
  colour: string;
  filled?: boolean;
  dashed?: boolean;
}

export interface Chart {
  title: string;
  unit: "%" | "ms";
  /** Which of the two blocks of the history it is drawn from. */
  block: "machine" | "services";
  /** The signal whose limits are drawn. */
  signal?: string;
  lines: readonly ChartLine[];
}

const line = (
  label: string,
  name: string,
  tail: (typeof kept)[number],
  rest: Omit<ChartLine, "label" | "name" | "tail" | "merge"> & { merge?: Line["merge"] },
): ChartLine => ({ label, name, tail: columnOf(tail), merge: "mean", ...rest });

const peak = (name: string, tail: (typeof kept)[number], colour: string) =>
  line("Peak", name, tail, { colour, dashed: true, merge: "max" });

export const charts: readonly Chart[] = [
  {
    title: "Processor",
    unit: "%",
    block: "machine",
    signal: "CPU",
    lines: [
      line("CPU", "cpuPercent", "cpu", { colour: "--chart-1", filled: true }),
      peak("cpuPercentMax", "cpu", "--chart-3"),
    ],
  },
  {
    title: "Memory and disk",
    unit: "%",
    block: "machine",
    lines: [
      line("Memory", "memoryPercent", "memory", { colour: "--chart-2", filled: true }),
      line("Disk", "diskPercent", "disk", { colour: "--chart-4" }),
    ],
  },
  {
    title: "Answer times",
    unit: "ms",
    block: "services",
    lines: [
      line("PostgreSQL", "postgres", "postgres", { colour: "--chart-1" }),
      line("Redis", "redis", "redis", { colour: "--chart-2" }),
      line("E-mail", "mail", "mail", { colour: "--chart-3" }),
    ],
  },
  {
    title: "Event loop",
    unit: "ms",
    block: "machine",
    signal: "EVENT_LOOP",
    lines: [
      line("p99 delay", "eventLoopP99Ms", "loop", { colour: "--chart-1", filled: true }),
      peak("eventLoopP99MsMax", "loop", "--chart-3"),
    ],
  },
];

const times = (at: readonly string[]) => at.map((iso) => Date.parse(iso));

/** The history as two blocks: the machine by its steps, the services by their ticks. */
export function blocksOf(then: HistoryThen): Record<Chart["block"], Block> {
  const { at, ...columns } = then.series;
  const ticks = then.services[0]?.ticks ?? [];
  return {
    machine: { at: times(at), stepMs: then.stepSeconds * 1000, columns },
    services: {
      at: times(ticks.map((tick) => tick.at)),
      stepMs: (Date.parse(then.to) - Date.parse(then.from)) / Math.max(1, ticks.length),
      columns: Object.fromEntries(
        then.services.map((service) => [service.name, service.ticks.map((tick) => tick.latencyMs)]),
      ),
    },
  };
}
