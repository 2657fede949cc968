import { readdirSync, readFileSync } from "node:fs";

/** As /proc has it: CPU time of children that ended included. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
}

/** USER_HZ, which Linux fixes at 100 for /proc. */
const MS_PER_TICK = 10;

/** CPU time in ms that the processes and everything below them have used so far; null where there is no /proc. */
export function cpuOfTrees(roots: readonly number[]): number | null {
  if (process.platform !== "linux") return null;
  return processesOfTrees(roots).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** The processes and everything below them. Source: proc(5), stat: ppid 4, utime 14, stime 15, cutime 16, cstime 17. */
export function processesOfTrees(roots: readonly number[]): Process[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : []));
  const wanted = new Set(roots);
  for (let size = -1; size !== wanted.size;) {
    size = wanted.size;
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  return all.filter(({ pid }) => wanted.has(pid));
}

function readProcess(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name before it may hold anything, brackets and blanks included.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [{ pid, parent: Number(fields[1]), cpuMs: ticks * MS_PER_TICK }];
  } catch {
    return []; // ended meanwhile
  }
}
