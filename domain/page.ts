import { isPlainText } from "./plain-text.js";
import { invalid, type InvalidInputError } from "./errors.js";

/** Relay connection arguments. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** A page to read: `limit` rows (one more is fetched to know whether there are more) beyond `cursor`, forwards or back. */
export interface PageRequest {
  readonly limit: number;
  readonly isBackward: boolean;
  /** The sort key of the row beyond which to read; its last part is the row's id. */
  readonly cursor: readonly string[] | null;
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

const MOST = 100;

/** @throws InvalidInputError when first or last is not 1–100, both are given, or a cursor is not one of ours. */
export function pageRequest(page: PageArguments, fallback = 20): PageRequest {
  if (page.first != null && page.last != null)
    throw invalid(["last"], "either_or", "Give first or last, not both.", page.last);
  const isBackward = page.last != null;
  const stray = isBackward ? "after" : "before";
  if (page[stray] != null)
    throw invalid([stray], "either_or", `${stray} goes with ${isBackward ? "first" : "last"}.`, page[stray]);
  const name = page.last == null ? "first" : "last";
  const limit = page.last ?? page.first ?? fallback;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw invalid([name], "range", `${name} must be from 1 to ${MOST}.`, limit);
  const cursor = isBackward ? page.before : page.after;
  return {
    limit,
    isBackward,
    cursor: cursor == null ? null : decodeCursor(cursor, isBackward ? "before" : "after"),
  };
}

export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key), "utf8").toString("base64url");
}

export function invalidCursor(argument: string, cursor: unknown): InvalidInputError {
  return invalid(
    [argument],
    "cursor",
    `${argument} must be a cursor of an earlier answer to the same question.`,
    cursor,
  );
}

export function decodeCursor(cursor: string, argument: string): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (
      Array.isArray(key) &&
      key.length > 0 &&
      key.every((part) => typeof part === "string" && isPlainText(part))
    )
      return key;
  } catch {
    // Falls through: not ours.
  }
  throw invalidCursor(argument, cursor);
}

/** Turns up to limit + 1 rows, in reading order, into the page in list order. */
export function pageOf<T>(rows: readonly T[], request: PageRequest): Page<T> {
  const hasMore = rows.length > request.limit;
  const kept = rows.slice(0, request.limit);
  const beyond = request.cursor !== null;
  return request.isBackward
    ? { rows: kept.toReversed(), hasNext: beyond, hasPrevious: hasMore }
    : { rows: kept, hasNext: hasMore, hasPrevious: beyond };
}
