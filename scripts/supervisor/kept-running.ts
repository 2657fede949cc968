import { setTimeout as sleep } from "node:timers/promises";

interface Running {
  readonly exited: Promise<number>;
  stop(timeoutMs?: number): Promise<void>;
}

export interface KeptRunning<T> {
  /** The first start. */
  readonly first: T;
  stop(timeoutMs?: number): Promise<void>;
}

/**
 * Starts a service and, when it ends without being asked, starts it again. The first failure is thrown; later ones
 * are reported and tried again, with a pause that doubles up to half a minute.
 */
export async function keepRunning<T extends Running>(
  name: string,
  start: () => Promise<T>,
  report: (line: string) => void,
): Promise<KeptRunning<T>> {
  const first = await start();
  let current: T | undefined = first;
  const over = new AbortController();

  const watch = async (): Promise<void> => {
    while (current) {
      const code = await current.exited;
      if (over.signal.aborted) return;
      report(`${name} ended with code ${code}; starting it again`);
      current = await startAgain();
      // The stop came while it was being started again, and has not seen this one.
      if (over.signal.aborted) await current?.stop();
    }
  };
  const startAgain = async (): Promise<T | undefined> => {
    for (let delayMs = 500; !over.signal.aborted; delayMs = Math.min(2 * delayMs, 30_000)) {
      try {
        return await start();
      } catch (error) {
        report(`${name}: ${(error as Error).message}`);
        await sleep(delayMs, undefined, { signal: over.signal }).catch(() => {});
      }
    }
    return undefined;
  };
  const watching = watch();

  return {
    first,
    async stop(timeoutMs) {
      over.abort();
      await current?.stop(timeoutMs);
      await watching;
    },
  };
}
