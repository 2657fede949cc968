import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until the value is as wanted, looking every 10 ms.
 * @throws Error with the last value seen after `timeoutMs`
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  isWanted: (value: T) => boolean = Boolean,
  timeoutMs = process.env.CI ? 20_000 : 8_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isWanted(value)) return value;
    if (performance.now() > end)
      throw new Error(`Not within ${timeoutMs} ms; the last value was ${JSON.stringify(value)}`);
    await sleep(10);
  }
}
