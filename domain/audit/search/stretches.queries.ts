import { invalid } from "../../errors.js";
import type { Id } from "../../ids.js";
import { keptStatement, type Reader, type Statement } from "../../operation.js";
import { microseconds } from "../entry-body.js";
import { Sql } from "./conditions.js";
import type { AuditSearch } from "./search.js";
import { isDriven, sourceOf, type Way, type Within } from "./source.js";

/** How to look, and how far: up to and with this moment; null is to the end. */
export interface Stretch {
  readonly way: Way;
  readonly until: string | null;
}

/** Where to begin, which way, and after how many entries a walk has shown that what is looked for is rare. */
export interface Walk {
  readonly entries: number;
  readonly isBackward: boolean;
  readonly beyond: string | null;
}

const FURTHER_DAYS = 31;

/**
 * Looks for enough, each time further. Nobody knows beforehand how many entries have a word: first a short walk along the newest,
 * which is all that frequent ones need; then the indices, which find few at once, in a month and at last everywhere. What
 * one stretch finds is in the next again.
 * @param isEnough nothing further away could be among what is wanted
 * @param isNone where the walk finds nothing at all it is rare: then all of it is found at once
 */
export async function lookFurther<T>(
  reader: Reader,
  [tenantId, search, walk]: readonly [Id, AuditSearch, Walk],
  look: (stretch: Stretch) => Promise<T>,
  isEnough: (found: T) => boolean,
  isNone: (found: T) => boolean = () => false,
): Promise<T> {
  if (!isDriven(search)) return look({ way: "TIME", until: null });
  const edge = await edgeOf(reader, tenantId, search, walk);
  const near = await look({ way: "TIME", until: edge?.near ?? null });
  if (edge === null || isEnough(near)) return near;
  if (!isNone(near)) {
    const month = await look({ way: "INDEX", until: edge.far });
    if (isEnough(month)) return month;
  }
  return look({ way: "INDEX", until: null });
}

export function upTo(sql: Sql, until: string | null, isBackward = false): Within {
  const end = until === null ? null : sql.add(until);
  return (at) => (end === null ? [] : [`${at} ${isBackward ? "<=" : ">="} ${end}::timestamptz`]);
}

export const newestFirst =
  (limit: number) =>
  (at: string, id: string): string =>
    `order by ${at} desc, ${id} desc limit ${limit}`;

interface Edge {
  readonly near: string;
  readonly far: string;
}

/** When so many entries have been passed; null when there are not so many. */
async function edgeOf(reader: Reader, tenantId: Id, search: AuditSearch, walk: Walk): Promise<Edge | null> {
  const { entries, isBackward, beyond } = walk;
  const sql = new Sql();
  const within: Within = (at) =>
    beyond === null ? [] : [`${at} ${isBackward ? ">=" : "<="} ${sql.add(beyond)}::timestamptz`];
  const all = { ...search, conditions: [], words: [] };
  const { from, at, id } = sourceOf(sql, tenantId, all, { within });
  const [further, way] = isBackward ? ["+", "asc"] : ["-", "desc"];
  const edge = keptStatement<Edge>(
    "audit_edge",
    `select ${microseconds("at")} as near, ${microseconds(`(at ${further} interval '${FURTHER_DAYS} days')`)} as far
     from (select ${at} from ${from} order by ${at} ${way}, ${id} ${way} offset ${entries} limit 1) passed`,
  );
  return (await reader.query(edge, sql.values))[0] ?? null;
}

const GAVE_UP = "57014";

/** Reads for a search. @throws InvalidInputError when the database gives up after the time that a statement has */
export async function readPatiently<T>(
  reader: Reader,
  statement: Statement<T>,
  values: readonly unknown[],
): Promise<T[]> {
  try {
    return await reader.query(statement, values);
  } catch (error) {
    if ((error as { code?: unknown }).code !== GAVE_UP) throw error;
    throw invalid(
      ["filter"],
      "too_much",
      "The search took too long. Look through less time (from and to), or for something that fewer entries have.",
    );
  }
}
