import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";

/**
 * A shell that stands between us and the service:
 * - it runs in a session of its own, so Ctrl-C in the terminal does not reach the service before we have drained;
 * - descriptor 3 is a pipe that only we hold open: when we end, however we end (kill -9 too), the read returns
 *   and the shell stops the service, by force after half a minute;
 * - TERM to the shell stops the service and hands on its exit code; one that comes too early is remembered.
 * Signals are repeated because a service that is just starting may not listen yet: the shell starts it with INT
 * ignored. The last loop is needed because `wait` returns early whenever a trapped signal arrives. The shell's own
 * remarks on ended jobs go nowhere.
 */
const GUARD = `s=$1; l=$2; shift 2; p=; e=
trap 'e=1; [ -z "$p" ] || kill -$s $p' TERM INT HUP
"$@" 3<&- & p=$!; exec 2>/dev/null
[ -z "$e" ] || kill -$s $p
( read _ <&3; i=0; while kill -$l $p && [ $i -lt 150 ]; do i=$((i+1)); sleep 0.2; done; kill -9 $p ) & g=$!
while :; do wait $p; c=$?; kill -0 $p || break; done
kill $g; exit $c`;
const REPEAT_MS = 500;

/**
 * The program and arguments that run a command under the guard; whoever spawns it gives it a session of its own and
 * a pipe as descriptor 3.
 * @param lifeLineSignal sent, again and again, when we are gone; "0" for a program that hears of it in another way
 *   and only needs the force in the end
 */
export function underGuard(
  command: readonly string[],
  stopSignal: "INT" | "TERM",
  lifeLineSignal: "INT" | "TERM" | "0" = stopSignal,
): [program: string, args: string[]] {
  return ["/bin/sh", ["-c", GUARD, "postwatch-guard", stopSignal, lifeLineSignal, ...command]];
}

export interface GuardedOptions {
  /** The signal that ends this service in order; it must bear repetition. INT for PostgreSQL ("fast"). Default TERM. */
  readonly stopSignal?: "INT" | "TERM";
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Default: ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Descriptor that takes standard output and error. A file, not a pipe: a busy parent must never block a service. */
  readonly output?: number;
}

export interface GuardedChild {
  /** Process group of guard and service. */
  readonly pid: number;
  /** Resolves once with the exit code of the service; 128 + signal number when a signal ended it. */
  readonly exited: Promise<number>;
  /** Null while the service runs. */
  exitCode(): number | null;
  /** Ends the service in order; after `timeoutMs` by force. Resolves when it is gone. */
  stop(timeoutMs?: number): Promise<number>;
}

/**
 * Starts a program that cannot outlive this process.
 * @throws Error where there is no POSIX shell, and when the shell cannot be started.
 */
export async function startGuarded(
  command: readonly string[],
  options: GuardedOptions = {},
): Promise<GuardedChild> {
  if (process.platform === "win32")
    throw new Error(
      "Services cannot be started on Windows itself: use WSL, or set DATABASE_URL and REDIS_URL to running services.",
    );
  const output = options.output ?? "ignore";
  const child = spawn(...underGuard(command, options.stopSignal ?? "TERM"), {
    detached: true,
    stdio: ["ignore", output, output, "pipe"],
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
    env: options.env,
  });
  const lifeLine = child.stdio[3];
  lifeLine?.on("error", () => {}); // the guard is gone; `exited` tells
  let code: number | null = null;
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (exitCode, signal) => {
      code = exitCode ?? 128 + constants.signals[signal as NodeJS.Signals];
      lifeLine?.destroy();
      resolve(code);
    });
  });
  await once(child, "spawn"); // rejects with the spawn error
  const pid = child.pid as number;

  return {
    pid,
    exited,
    exitCode: () => code,
    async stop(timeoutMs = 20_000) {
      if (code !== null) return code;
      child.kill("SIGTERM");
      const repeat = setInterval(() => child.kill("SIGTERM"), REPEAT_MS);
      const force = setTimeout(() => killGroup(pid), timeoutMs);
      return exited.finally(() => {
        clearInterval(repeat);
        clearTimeout(force);
      });
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has just ended by itself
  }
}

/**
 * Runs a program to its end; it too ends with us.
 * @returns its exit code; 124 when `timeoutMs` passed and it had to be stopped.
 */
export async function runGuarded(
  command: readonly string[],
  options: GuardedOptions & { readonly timeoutMs: number },
): Promise<number> {
  const child = await startGuarded(command, options);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void child.stop(5_000);
  }, options.timeoutMs);
  const code = await child.exited.finally(() => clearTimeout(late));
  return isLate ? 124 : code;
}
