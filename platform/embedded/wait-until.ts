import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs: number;
  /** Ends the wait early, for instance when the process waited for has died. */
  readonly giveUp?: () => boolean;
}

/** Asks again and again; false when the time is over or there is nothing left to wait for. */
export async function waitUntil(isTrue: () => Promise<boolean>, options: WaitOptions): Promise<boolean> {
  const end = performance.now() + options.timeoutMs;
  for (;;) {
    if (await isTrue()) return true;
    if (options.giveUp?.() || performance.now() > end) return false;
    await sleep(options.everyMs);
  }
}
