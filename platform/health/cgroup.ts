import { readFile } from "node:fs/promises";

/** Version 2 at the mount; version 1 below a folder a controller. */
const V2 = "/sys/fs/cgroup";
/** Version 1 writes "no limit" as a number near 2^63. */
const NO_LIMIT = 2 ** 60;

async function read(path: string): Promise<string | null> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}

async function number(path: string): Promise<number | null> {
  const text = await read(path);
  const value = text === null ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The value of a line such as "usage_usec 12345". */
async function entry(path: string, key: string): Promise<number | null> {
  const line = (await read(path))?.split("\n").find((candidate) => candidate.startsWith(`${key} `));
  return line === undefined ? null : Number(line.slice(key.length + 1));
}

export interface MemoryUse {
  readonly usedBytes: number;
  readonly totalBytes: number;
}

/** Of the container, without the page cache that it would give back; null where it has no limit of its own. */
export async function containerMemory(): Promise<MemoryUse | null> {
  const v2 = await number(`${V2}/memory.max`);
  const limit = v2 ?? (await number(`${V2}/memory/memory.limit_in_bytes`));
  if (limit === null || limit > NO_LIMIT) return null;
  const [usage, cache] =
    v2 === null
      ? await Promise.all([
          number(`${V2}/memory/memory.usage_in_bytes`),
          entry(`${V2}/memory/memory.stat`, "total_inactive_file"),
        ])
      : await Promise.all([number(`${V2}/memory.current`), entry(`${V2}/memory.stat`, "inactive_file")]);
  return usage === null ? null : { usedBytes: Math.max(0, usage - (cache ?? 0)), totalBytes: limit };
}

/** CPU time that was used and could have been used so far, in milliseconds; only differences mean something. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly possibleMs: number;
}

/** Of the container's quota; null where it has none. */
export async function containerCpu(): Promise<CpuTimes | null> {
  const [quotaUs, periodUs] = await cpuQuota();
  if (quotaUs === null || periodUs === null || quotaUs <= 0) return null;
  const usageUs =
    (await entry(`${V2}/cpu.stat`, "usage_usec")) ??
    ((await number(`${V2}/cpuacct/cpuacct.usage`)) ?? Number.NaN) / 1000;
  if (Number.isNaN(usageUs)) return null;
  return { busyMs: usageUs / 1000, possibleMs: performance.now() * (quotaUs / periodUs) };
}

async function cpuQuota(): Promise<[number | null, number | null]> {
  const v2 = await read(`${V2}/cpu.max`);
  if (v2 === null)
    return Promise.all([number(`${V2}/cpu/cpu.cfs_quota_us`), number(`${V2}/cpu/cpu.cfs_period_us`)]);
  const [quota, period] = v2.split(" ").map(Number);
  return [Number.isFinite(quota) ? quota! : null, period ?? null];
}
