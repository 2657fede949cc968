import { decodeCursor, encodeCursor, invalidCursor } from "#domain/page.js";

/** A whole number that JavaScript counts without loss. */
const WHOLE = /^\d{1,15}$/;

/**
 * The places of one stream as cursors. What is handed back as `after` has to be of the same stream: of this subscription,
 * about this thing, in this organisation.
 */
export interface FeedCursors {
  of(...place: readonly (string | number)[]): string;
  /** @returns the parts of the place; null without a cursor. @throws InvalidInputError naming `after` when it is none of these */
  read(
    after: string | null | undefined,
    fits?: (place: readonly string[]) => boolean,
  ): readonly string[] | null;
  /** A place that is a number. @throws InvalidInputError */
  readNumber(after: string | null | undefined): number | null;
}

export function feedCursors(...stream: readonly string[]): FeedCursors {
  const read: FeedCursors["read"] = (after, fits = () => true) => {
    if (after == null) return null;
    const parts = decodeCursor(after, "after");
    const place = parts.slice(stream.length);
    if (!stream.every((part, index) => part === parts[index]) || !fits(place))
      throw invalidCursor("after", after);
    return place;
  };
  return {
    of: (...place) => encodeCursor([...stream, ...place.map(String)]),
    read,
    readNumber(after) {
      const place = read(after, ([number = "", ...more]) => WHOLE.test(number) && more.length === 0);
      return place && Number(place[0]);
    },
  };
}
