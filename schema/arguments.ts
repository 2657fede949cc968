import { NotFoundError } from "#domain/errors.js";
import type { Id } from "#domain/ids.js";
import { enumOf } from "./enums.js";

export const OrderDirection = enumOf("OrderDirection", ["ASC", "DESC"] as const);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export const isId = (text: string): boolean => UUID.test(text);

/** Ids are UUIDs, unique over all types. What is none names nothing. @throws NotFoundError */
export function idArgument(id: string, thing: string): Id {
  if (!isId(id)) throw new NotFoundError(thing);
  return id.toLowerCase();
}

/** @throws NotFoundError when the row is not there, or not theirs. */
export function found<T>(row: T | null | undefined, thing: string): T {
  if (row == null) throw new NotFoundError(thing);
  return row;
}
