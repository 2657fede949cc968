import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { underGuard } from "#platform/embedded/guarded-child.js";

export interface RoleOptions {
  /** Stands before its lines in the terminal. */
  readonly name: string;
  /** The program and its arguments, for node. */
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Takes every line that the process writes. */
  readonly logFile: string;
  /** Shows a line in the terminal; called for warnings and worse, and for what is no log line. */
  readonly show: (line: string) => void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const STABLE_AFTER_MS = 60_000;
const LAST_LINES = 15;

/**
 * One process of the product. It sits in a session of its own, so that Ctrl-C reaches us alone and we decide the
 * order. When we are gone it hears so from the IPC channel and ends in order; if it hangs, its guard ends it. Once it is kept, a crash makes it start again, after a pause that doubles.
 */
export class RoleProcess {
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #delayMs = FIRST_DELAY_MS;
  #isStopping = false;
  #isKept = false;
  #restart: NodeJS.Timeout | undefined;
  #lastLines: string[] = [];
  #heldBack: string[] = [];

  constructor(private readonly options: RoleOptions) {
    mkdirSync(dirname(options.logFile), { recursive: true, mode: 0o700 });
  }

  /** The last lines of its output, to explain why it ended. */
  get lastLines(): string {
    return this.#lastLines.join("\n");
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** From now on a crash is no end. Before that, whoever started it wants to know why it ended. */
  keep(): void {
    this.#isKept = true;
    for (const line of this.#heldBack.splice(0)) this.options.show(line);
  }

  start(): ChildProcess {
    const { command, env, name } = this.options;
    const child = spawn(...underGuard([process.execPath, ...command], "TERM", "0"), {
      detached: true,
      env: env ?? process.env,
      stdio: ["ignore", "pipe", "pipe", "pipe", "ipc"],
    });
    const lifeLine = child.stdio[3];
    lifeLine?.on("error", () => {});
    child.once("exit", () => lifeLine?.destroy());
    this.#child = child;
    this.#startedAt = performance.now();
    this.#keepOutput(child);
    child.on("error", (error) => this.options.show(`${name}: ${error.message}`));
    child.once("exit", (code, signal) => this.#onExit(code, signal));
    return child;
  }

  /** Resolves with the exit code when the process of this moment ends; 1 when a signal ended it. */
  async exited(): Promise<number> {
    const child = this.#child;
    if (!child || this.#hasEnded()) return child?.exitCode ?? 1;
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  }

  /** Ends it in order; after `timeoutMs` by force. */
  async stop(timeoutMs = 20_000): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || this.#hasEnded()) return;
    child.kill("SIGTERM");
    const force = setTimeout(() => this.kill(), timeoutMs);
    await this.exited();
    clearTimeout(force);
  }

  /** kill -9, and no restart. */
  kill(): void {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    const pid = this.#child?.pid;
    if (pid === undefined || this.#hasEnded()) return;
    try {
      process.kill(-pid, "SIGKILL"); // guard and program
    } catch {
      // ended just now
    }
  }

  /** Ends the process in order and starts it anew, without counting as a crash. */
  async reload(): Promise<void> {
    await this.stop();
    this.#isStopping = false;
    this.#delayMs = FIRST_DELAY_MS;
    this.start();
  }

  #hasEnded(): boolean {
    return this.#child?.exitCode !== null || this.#child.signalCode !== null;
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#isStopping || !this.#isKept) return;
    if (performance.now() - this.#startedAt > STABLE_AFTER_MS) this.#delayMs = FIRST_DELAY_MS;
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
    this.options.show(`${this.options.name} ${how}; starting it again in ${this.#delayMs / 1000} s`);
    this.#restart = setTimeout(() => this.start(), this.#delayMs);
    this.#delayMs = Math.min(2 * this.#delayMs, LONGEST_DELAY_MS);
  }

  #keepOutput(child: ChildProcess): void {
    const file = createWriteStream(this.options.logFile, { flags: "a", mode: 0o600 });
    file.on("error", () => {}); // a full disk must not end the product
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        file.write(`${line}\n`);
        const shown = presentLine(line);
        this.#lastLines = [...this.#lastLines.slice(1 - LAST_LINES), presentLine(line, "info") ?? line];
        if (shown !== null) this.#show(`${this.options.name} ${shown}`);
      });
    }
    child.once("close", () => file.end());
  }

  /** What is said before the process is kept is part of the reason if it ends; it is not said twice. */
  #show(line: string): void {
    if (this.#isKept) this.options.show(line);
    else this.#heldBack.push(line);
  }
}

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];

/** A log line as a person reads it; null when it is below `least`. What is no log line is shown as it is. */
export function presentLine(line: string, least = "warn"): string | null {
  let entry: { level?: string; msg?: string; err?: { message?: string } };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return line;
  }
  if (entry === null || typeof entry !== "object" || !entry.level) return line;
  if (LEVELS.indexOf(entry.level) < LEVELS.indexOf(least)) return null;
  return [entry.level, entry.msg, entry.err?.message].filter(Boolean).join(": ");
}
