import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { waitUntil } from "../../../platform/embedded/wait-until.js";

/** Ids of all running processes that work in a directory or were started with it in argument or environment. */
export function processesOf(directory: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) =>
      [
        () => readFileSync(`/proc/${pid}/cmdline`, "latin1"),
        () => readFileSync(`/proc/${pid}/environ`, "latin1"),
        () => readlinkSync(`/proc/${pid}/cwd`),
      ].some((read) => attempt(read).includes(directory)),
    )
    .map(Number);
}

/** Milliseconds until no such process is left. Rejects after `timeoutMs` naming those that are. */
export async function untilNoneIsLeft(directory: string, timeoutMs: number): Promise<number> {
  const start = performance.now();
  const isEmpty = await waitUntil(async () => processesOf(directory).length === 0, {
    timeoutMs,
    everyMs: 10,
  });
  if (!isEmpty) {
    const left = processesOf(directory).map((pid) =>
      attempt(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")).replaceAll("\0", " "),
    );
    throw new Error(`still running after ${timeoutMs} ms:\n${left.join("\n")}`);
  }
  return performance.now() - start;
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // it has just ended
  }
}
