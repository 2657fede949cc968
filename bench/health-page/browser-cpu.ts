import { readFileSync } from "node:fs";
import { processesOfTrees } from "../harness/process-cpu.js";

/** CPU time in ms that the browser's processes have used so far, by what they are for. */
export interface BrowserCpu {
  readonly renderers: number;
  readonly gpu: number;
  /** The browser itself, its network service and the like. */
  readonly rest: number;
}

/** Of the Chromium that this process has started. */
export function browserCpu(): BrowserCpu {
  const cpu = { renderers: 0, gpu: 0, rest: 0 };
  for (const { pid, cpuMs } of processesOfTrees([process.pid])) {
    const [executable = "", ...rest] = commandOf(pid);
    if (!/chrom|headless_shell/i.test(executable)) continue;
    const type = rest.find((argument) => argument.startsWith("--type="))?.slice("--type=".length);
    if (type === "renderer") cpu.renderers += cpuMs;
    else if (type === "gpu-process") cpu.gpu += cpuMs;
    else cpu.rest += cpuMs;
  }
  return cpu;
}

function commandOf(pid: number): string[] {
  try {
    // Chromium writes what it is over its own arguments, with blanks for the zeros.
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").split(/[\0 ]/);
  } catch {
    return []; // ended meanwhile
  }
}
