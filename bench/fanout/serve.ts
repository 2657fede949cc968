import type { Ticker } from "./event.js";

/** What a contestant tells when it listens. */
export interface Listening {
  readonly port: number;
  /** Whoever opens sockets takes these in turn. */
  readonly tokens: readonly string[];
}

/** Microseconds of the process's CPU time, and its resident bytes after a collection. */
export interface Usage {
  readonly cpu: number;
  readonly resident: number;
}

/** Obeys the bench's orders: "tick" and "pause", "usage" is answered, "stop" ends the process, and so does the end of the bench. */
export function serve(ticker: Ticker, listening: Listening): void {
  process.on("message", (order) => {
    if (order === "tick") ticker.isRunning = true;
    if (order === "pause") ticker.isRunning = false;
    if (order === "stop") process.exit(0);
    if (order !== "usage" && order !== "memory") return;
    if (order === "memory") global.gc?.();
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system, resident: process.memoryUsage.rss() } satisfies Usage);
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.(listening);
}
