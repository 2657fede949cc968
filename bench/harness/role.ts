import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const READY_WITHIN_MS = 120_000;

/** A server or a worker as it is deployed, which is ended and started anew again and again. */
export class Role {
  /** Of each end, in seconds. */
  readonly ends: number[] = [];
  /** Ends that were not in order. */
  readonly faults: string[] = [];
  private child: ChildProcess | null = null;

  /** @param readiness the address that answers 200 when it may be given work */
  constructor(
    private readonly name: "server" | "worker",
    private readonly readiness: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** While it runs. */
  get pid(): number {
    return this.child!.pid!;
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    const file = fileURLToPath(new URL(`../../${this.name}/main.js`, import.meta.url));
    this.child = spawn(process.execPath, [file], {
      env: { PATH: process.env.PATH, NODE_ENV: "production", LOG_LEVEL: "warn", ...this.environment },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const end = performance.now() + READY_WITHIN_MS;
    while (!(await this.isReady())) {
      if (performance.now() > end || this.child.exitCode !== null)
        throw new Error(`A ${this.name} does not start.`);
      await sleep(100);
    }
  }

  /** SIGTERM, and its end. */
  async stop(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const begun = performance.now();
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const [code, signal] = (await ended) as [number | null, string | null];
    this.ends.push((performance.now() - begun) / 1000);
    if (code !== 0) this.faults.push(`A ${this.name} ended with ${code ?? signal}.`);
    this.child = null;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(this.readiness).catch(() => null);
    await answer?.text().catch(() => "");
    return answer?.status === 200;
  }
}
