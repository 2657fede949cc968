import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const children: ChildProcess[] = [];

/** Starts holder.ts and resolves with what it says first. */
export async function spawnHolder<T>(
  directory: string,
  mode: "services" | "lock",
): Promise<{ child: ChildProcess; said: T }> {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "tests/embedded/support/holder.ts", directory, mode],
    { cwd: root, stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  children.push(child);
  const [said] = (await once(child, "message")) as [T];
  return { child, said };
}

/** kill -9; resolves when it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

export async function endHolders(): Promise<void> {
  await Promise.all(children.splice(0).map(killHard));
}
