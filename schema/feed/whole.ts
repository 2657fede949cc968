import type { FeedCursors } from "./cursor.js";
import type { FeedGap } from "./gap.type.js";

/** A view, and what is missing before it. */
export interface Whole<V> {
  readonly view: V;
  readonly gap: FeedGap | null;
}

const NOT_KEPT: FeedGap = { reason: "NOT_KEPT" };

/**
 * Views that are whole, for somebody who comes back: what lies between is not kept, so the first one says that something
 * is missing, unless it is the very one that the subscriber has seen.
 * @param cursorOf the view's cursor; by default none was seen before
 * @throws InvalidInputError naming `after`
 */
export function wholeAfter<V>(
  views: () => AsyncIterable<V>,
  cursors: FeedCursors,
  after: string | null | undefined,
  cursorOf: (view: V) => string | null = () => null,
): AsyncIterableIterator<Whole<V>> {
  let from = cursors.read(after) && after;
  return passing<V, Whole<V>>(views(), async (source) => {
    const { value: view, done } = await source.next();
    if (done) return { value: undefined, done };
    const isMissing = from != null && cursorOf(view) !== from;
    from = null;
    return { value: { view, gap: isMissing ? NOT_KEPT : null }, done: false };
  });
}

/**
 * What moves, for somebody who comes back: first that something is missing, at once and without a view; then each.
 * @throws InvalidInputError naming `after`
 */
export function movesAfter<V>(
  views: () => AsyncIterable<V>,
  cursors: FeedCursors,
  after: string | null | undefined,
): AsyncIterableIterator<Whole<V | null>> {
  let isMissing = cursors.read(after) !== null;
  return passing<V, Whole<V | null>>(views(), async (source) => {
    if (isMissing) {
      isMissing = false;
      return { value: { view: null, gap: NOT_KEPT }, done: false };
    }
    const { value: view, done } = await source.next();
    return done ? { value: undefined, done } : { value: { view, gap: null }, done: false };
  });
}

/** Not a generator: `return` must reach the source at once, also while a view is awaited. */
function passing<V, W>(
  views: AsyncIterable<V>,
  next: (source: AsyncIterator<V>) => Promise<IteratorResult<W>>,
): AsyncIterableIterator<W> {
  const source = views[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<W> = {
    next: () => next(source),
    async return() {
      await source.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
