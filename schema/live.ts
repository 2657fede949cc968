import type { SchemaContext } from "./context.js";
import { listenTo, pause } from "./feed/bell.js";
import { retried } from "./feed/retried.js";

/** Looks again at least this often, so that a hint that was lost costs seconds, not the view. */
export const AT_LEAST_EVERY_MS = 5_000;
/** And at most this often: a campaign that sends hundreds a second is read four times a second. */
export const AT_MOST_EVERY_MS = 250;
/** A slow read slows the rate down: a view is being read at most this share of the time. */
const READING_SHARE = 0.1;

/** How long to rest after a read. */
export const restAfter = (readMs: number): number => Math.max(AT_MOST_EVERY_MS, readMs / READING_SHARE);

/**
 * What a thing looks like, at once and again after each hint on its channel. Hints that come while a view is read or
 * taken are one. While the database is away there is no view, and the first one after it is whole.
 * @throws refusals as `read` does; any other error of it only after it has come for GIVE_UP_MS
 */
export async function* followed<V>(
  { bus, report }: Pick<SchemaContext, "bus" | "report">,
  channel: string,
  read: () => Promise<V>,
): AsyncGenerator<V> {
  // Listens before it reads: what changes in between is not missed.
  const bell = listenTo(bus, channel);
  try {
    while (!bell.isOver) {
      bell.take();
      const { view, readMs } = await retried(read, (error) =>
        report(error, `reading ${channel}; it is tried again`),
      );
      yield view;
      await pause(restAfter(readMs));
      await bell.rings(AT_LEAST_EVERY_MS);
    }
  } finally {
    await bell.close();
  }
}
