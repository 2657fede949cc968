import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** Where the shell finds a program of this name; null when it finds none. */
export async function locate(program: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", 'command -v "$0"', program]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** Whether a process of this id exists, ours or somebody else's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The name of the program, such as "postgres"; null when it has ended or cannot be told. */
export function programName(pid: number): string | null {
  return readProc(`/proc/${pid}/comm`)?.trim() ?? askPs(pid, "comm=");
}

/**
 * Tells one process from a later one that was given the same id: when it was started. Null when it has ended or
 * cannot be told.
 */
export function startMark(pid: number): string | null {
  const stat = readProc(`/proc/${pid}/stat`);
  // Field 22, counted after the program's name, which stands in parentheses and may hold spaces.
  if (stat !== null) return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  return askPs(pid, "lstart=");
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function askPs(pid: number, column: string): string | null {
  try {
    return (
      execFileSync("ps", ["-o", column, "-p", String(pid)], { encoding: "utf8", stdio: "pipe" }).trim() ||
      null
    );
  } catch {
    return null;
  }
}
