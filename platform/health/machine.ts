import { readFile, statfs } from "node:fs/promises";
import { cpus, freemem, totalmem } from "node:os";
import { dirname } from "node:path";
import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import { containerCpu, containerMemory, type CpuTimes, type MemoryUse } from "./cgroup.js";

/** Of the container where it has a limit, else of the machine without what it would give back. */
export async function memoryUse(): Promise<MemoryUse> {
  return (
    (await containerMemory()) ?? { usedBytes: totalmem() - (await availableBytes()), totalBytes: totalmem() }
  );
}

async function availableBytes(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

async function cpuTimes(): Promise<CpuTimes> {
  const container = await containerCpu();
  if (container) return container;
  let [busyMs, possibleMs] = [0, 0];
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    possibleMs += all;
    busyMs += all - times.idle;
  }
  return { busyMs, possibleMs };
}

/** Percent since the look before, and over the last minute, which is what is judged. */
export interface CpuUse {
  readonly percent: number;
  readonly minutePercent: number;
}

const MINUTE_MS = 60_000;
/** Two looks closer together than this say nothing: the kernel counts in ticks. */
const SHORTEST_MS = 150;

export class CpuMeter {
  private readonly looks: (CpuTimes & { readonly at: number })[] = [];
  private last: CpuUse = { percent: 0, minutePercent: 0 };

  async measure(): Promise<CpuUse> {
    const look = { ...(await cpuTimes()), at: performance.now() };
    const before = this.looks.at(-1);
    if (before && look.at - before.at < SHORTEST_MS) return this.last;
    this.looks.push(look);
    while (this.looks.length > 2 && look.at - this.looks[1]!.at > MINUTE_MS) this.looks.shift();
    if (before) this.last = { percent: share(before, look), minutePercent: share(this.looks[0]!, look) };
    return this.last;
  }
}

function share(from: CpuTimes, to: CpuTimes): number {
  const possible = to.possibleMs - from.possibleMs;
  return possible <= 0 ? 0 : Math.min(100, Math.max(0, (100 * (to.busyMs - from.busyMs)) / possible));
}

export interface DiskUse {
  readonly percent: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Of the volume that holds `directory`, or will when it is made. What only root may use does not count as free. */
export async function diskUse(directory: string): Promise<DiskUse> {
  try {
    const { blocks, bavail, bfree, bsize } = await statfs(directory);
    const usable = blocks - bfree + bavail;
    return {
      percent: usable === 0 ? 0 : (100 * (blocks - bfree)) / usable,
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
    };
  } catch (error) {
    const parent = dirname(directory);
    if (parent === directory || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return diskUse(parent);
  }
}

const RESOLUTION_MS = 10;
const WINDOW_MS = 5000;

/** How late timers of this process are, at the 99th percentile of the last five to ten seconds. */
export class EventLoopMeter {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private windowBefore = 0;
  private since = performance.now();

  constructor() {
    this.histogram.enable();
  }

  measure(): number {
    // The histogram counts the interval itself too.
    const current = this.histogram.count === 0 ? 0 : this.histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    const p99 = Math.max(0, current, this.windowBefore);
    if (performance.now() - this.since > WINDOW_MS) {
      this.windowBefore = Math.max(0, current);
      this.histogram.reset();
      this.since = performance.now();
    }
    return p99;
  }

  stop(): void {
    this.histogram.disable();
  }
}
