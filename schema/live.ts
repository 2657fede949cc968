import { isRefusal } from "#domain/errors.js";
import type { SchemaContext } from "./context.js";
import { GIVE_UP_MS } from "./shared-source.js";

/** Looks again at least this often, so that a hint that was lost costs seconds, not the view. */
const AT_LEAST_EVERY_MS = 5_000;
/** And at most this often: a campaign that sends hundreds a second is read four times a second. */
const AT_MOST_EVERY_MS = 250;
/** A slow read slows the rate down: a view is being read at most this share of the time. */
const READING_SHARE = 0.1;
/** A read that fails is tried again after this long, then after twice as long, and so on. */
const RETRY_MS = { first: 100, longest: 2_000 } as const;

/**
 * What a thing looks like, at once and again after each hint on its channel. Hints that come while a view is read or
 * taken are one. While the database is away there is no view, and the first one after it is whole.
 * @param read gets the newest hint since the last view; null when there was none.
 * @throws refusals as `read` does; any other error of it only after it has come for GIVE_UP_MS
 */
export async function* followed<V, H extends object>(
  { bus, report }: Pick<SchemaContext, "bus" | "report">,
  channel: string,
  read: (hint: H | null) => Promise<V>,
): AsyncGenerator<V> {
  // Listens before it reads: what changes in between is not missed.
  const hints = bus.subscribe<H>(channel);
  const heard = { hint: null as H | null, isOver: false, wake() {} };
  const listening = (async () => {
    for await (const hint of hints) {
      heard.hint = hint;
      heard.wake();
    }
    heard.isOver = true;
    heard.wake();
  })();
  try {
    while (!heard.isOver) {
      const { hint } = heard;
      heard.hint = null;
      const { view, readMs } = await retried(
        () => read(hint),
        (error) => report(error, `reading ${channel}; it is tried again`),
      );
      yield view;
      await pause(Math.max(AT_MOST_EVERY_MS, readMs / READING_SHARE));
      if (heard.hint === null && !heard.isOver)
        await Promise.race([
          new Promise<void>((resolve) => (heard.wake = resolve)),
          pause(AT_LEAST_EVERY_MS),
        ]);
    }
  } finally {
    await hints.return?.();
    await listening;
  }
}

/** @param report is told of the first failure; those that follow are the same one */
async function retried<V>(
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
