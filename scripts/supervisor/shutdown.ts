import type { StopStack } from "./embedded-services.js";

/** npm hands Ctrl-C on to us although the terminal has already done so: a second within this time is the same. */
const SAME_SIGNAL_MS = 700;
// More than the deadlines that server and worker set themselves, so that they end on their own terms.
const IN_ORDER_MS = 30_000;
const IN_HASTE_MS = 2_000;

/**
 * Ends the product in reverse order of its start, exactly once, and the process with it: on SIGINT, SIGTERM or
 * SIGHUP, when npm that started us is gone, or when `end` is called. A second signal makes haste.
 */
export class Shutdown {
  readonly stops: StopStack = [];
  #requestedAt: number | undefined;

  constructor(private readonly log: (line: string) => void) {}

  get isRequested(): boolean {
    return this.#requestedAt !== undefined;
  }

  listen(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => this.#onSignal());
    // A terminal that is gone takes standard output with it; that is no reason to fall over halfway.
    process.stdout.on("error", () => {});
    process.stderr.on("error", () => {});
    if (!process.env.npm_lifecycle_event) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) this.#onSignal();
    }, 500).unref();
  }

  /** Stops everything that is on the stack, then ends the process with this code. */
  async end(code: number): Promise<void> {
    if (this.isRequested) return;
    this.#requestedAt = performance.now();
    await this.#stopAll(IN_ORDER_MS);
    process.exit(code);
  }

  #onSignal(): void {
    if (this.#requestedAt === undefined) {
      this.log("stopping");
      void this.end(0);
      return;
    }
    if (performance.now() - this.#requestedAt < SAME_SIGNAL_MS) return;
    this.log("stopping in haste");
    this.#requestedAt = performance.now();
    void this.#stopAll(IN_HASTE_MS).then(() => process.exit(0));
  }

  async #stopAll(timeoutMs: number): Promise<void> {
    for (const { name, stop } of this.stops.toReversed()) {
      try {
        await stop(timeoutMs);
      } catch (error) {
        this.log(`${name} did not stop in order: ${(error as Error).message}`);
      }
    }
  }
}
