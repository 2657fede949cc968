import { isRefusal } from "#domain/errors.js";
import { GIVE_UP_MS } from "../shared-source.js";
import { pause } from "./bell.js";

/** A read that fails is tried again after this long, then after twice as long, and so on. */
const RETRY_MS = { first: 100, longest: 2_000 } as const;

/**
 * Reads for a stream, which lives longer than an outage.
 * @param report is told of the first failure; those that follow are the same one
 * @throws refusals as `read` does; any other error of it only after it has come for GIVE_UP_MS
 */
export async function retried<V>(
  read: () => Promise<V>,
  report: (error: unknown) => void,
): Promise<{ view: V; readMs: number }> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (let waitMs: number = RETRY_MS.first; ; waitMs = Math.min(RETRY_MS.longest, waitMs * 2)) {
    const started = performance.now();
    try {
      const view = await read();
      return { view, readMs: performance.now() - started };
    } catch (error) {
      if (isRefusal(error) || performance.now() > giveUpAt) throw error;
      if (waitMs === RETRY_MS.first) report(error);
    }
    await pause(waitMs);
  }
}
