import type { SchemaContext } from "../context.js";
import { AT_LEAST_EVERY_MS, restAfter } from "../live.js";
import { listenTo, pause } from "./bell.js";
import { retried } from "./retried.js";

/** Some of what comes after a place, in order. */
export interface FeedPage<Place, Event> {
  readonly events: readonly Event[];
  /** The place behind all that was read, also where nothing of it is an event. */
  readonly upTo: Place;
  /** There is more to read at once. */
  readonly hasMore: boolean;
}

/** Facts that stand in the database one after the other. None comes later to a place before its head. */
export interface FeedLog<Place, Event, Hint extends object> {
  /** The place behind all that is there now. */
  head(): Promise<Place>;
  /**
   * The next page behind a place. Where that cannot be told any more: one event that says so, and goes on from the head.
   * @param hint the newest since the last page; null when there was none
   */
  readAfter(place: Place, hint: Hint | null): Promise<FeedPage<Place, Event>>;
}

export interface ResumedOptions<Place, Event, Hint extends object> {
  readonly log: FeedLog<Place, Event, Hint>;
  /** Where the subscriber stands; null: from now on. */
  readonly after: Place | null;
  /** Where it is said that the log has grown. */
  readonly channel: string;
  /** Which of the hints there are about this log; by default all. */
  readonly concerns?: (hint: Hint) => boolean;
}

/**
 * A log from a place on: first what is there, a page at a time, then what comes, on hints and every five seconds besides,
 * because hints can be lost. All of it is read behind one place, so that nothing is told twice and nothing left out where
 * the past meets the present. The next page is read when the last event has been taken: a slow reader costs one page.
 */
export async function* resumed<Place, Event, Hint extends object>(
  { bus, report }: Pick<SchemaContext, "bus" | "report">,
  { log, after, channel, concerns }: ResumedOptions<Place, Event, Hint>,
): AsyncGenerator<Event> {
  const told = (error: unknown) => report(error, `reading ${channel}; it is tried again`);
  const bell = listenTo(bus, channel, concerns);
  try {
    let place = after ?? (await retried(() => log.head(), told)).view;
    while (!bell.isOver) {
      const hint = bell.take();
      const { view, readMs } = await retried(() => log.readAfter(place, hint), told);
      yield* view.events;
      place = view.upTo;
      if (view.hasMore) continue;
      await pause(restAfter(readMs));
      await bell.rings(AT_LEAST_EVERY_MS);
    }
  } finally {
    await bell.close();
  }
}
