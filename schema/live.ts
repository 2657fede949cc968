import type { Bus } from "#domain/channels.js";

/** Looks again at least this often, so that a hint that was lost costs seconds, not the view. */
const AT_LEAST_EVERY_MS = 5_000;
/** And at most this often: a campaign that sends hundreds a second is read four times a second. */
const AT_MOST_EVERY_MS = 250;
/** A slow read slows the rate down: a view is being read at most this share of the time. */
const READING_SHARE = 0.1;

/**
 * What a thing looks like, at once and again after each hint on its channel. Hints that come while a view is read or
 * taken are one.
 * @param read gets the newest hint since the last view; null when there was none.
 */
export async function* followed<V, H extends object>(
  bus: Bus,
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
      const started = performance.now();
      const view = await read(hint);
      const readMs = performance.now() - started;
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
