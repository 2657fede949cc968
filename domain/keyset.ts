import { encodeCursor, invalidCursor, type PageRequest } from "./page.js";

/** A column that a list can be ordered by; the id breaks ties, so that every row has its place. */
export interface OrderColumn {
  /** SQL expression, e.g. "c.created_at". */
  readonly column: string;
  /** SQL type of the cursor's text, e.g. "timestamptz". */
  readonly type: "timestamptz" | "text";
}

export type Direction = "ASC" | "DESC";

/**
 * The SQL of a page beyond a cursor (keyset paging: page 1,000 costs what page 1 does, and rows that come in
 * meanwhile move nothing).
 * @param first number of the first of three parameters: the cursor's value, its id, and the limit.
 */
export function keyset(
  order: OrderColumn,
  direction: Direction,
  isBackward: boolean,
  id: string,
  first: number,
) {
  const descending = (direction === "DESC") !== isBackward;
  const way = descending ? "desc" : "asc";
  return {
    name: `${order.column}_${way}`.replaceAll(/\W/g, "_"),
    beyond: `($${first}::${order.type} is null or (${order.column}, ${id}) ${descending ? "<" : ">"} ($${first}::${order.type}, $${first + 1}::uuid))`,
    tail: `order by ${order.column} ${way}, ${id} ${way} limit $${first + 2}`,
  };
}

const TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([+-]\d{2}(:\d{2})?|Z)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether these are the time and the id of a row. */
export const isPlaceOfRow = ([time = "", id = "", ...more]: readonly string[]): boolean =>
  TIME.test(time) && UUID.test(id) && more.length === 0;

/** The three parameters: one row more than wanted tells whether there are more. */
export function keysetValues(
  order: OrderColumn,
  request: PageRequest,
): [string | null, string | null, number] {
  if (request.cursor === null) return [null, null, request.limit + 1];
  const [value = "", id = "", ...rest] = request.cursor;
  const fits = order.type === "text" || TIME.test(value);
  if (!fits || !UUID.test(id) || rest.length > 0)
    throw invalidCursor(request.isBackward ? "before" : "after", request.cursor.join(" "));
  return [value, id, request.limit + 1];
}

export const keysetCursor = (value: string, id: string): string => encodeCursor([value, id]);
