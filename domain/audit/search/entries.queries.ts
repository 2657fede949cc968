import type { Id } from "../../ids.js";
import { keyset, keysetValues } from "../../keyset.js";
import { oneOff, statement, type Reader } from "../../operation.js";
import { pageOf, type Page, type PageRequest } from "../../page.js";
import { ENTRY_COLUMNS, type EntryRow } from "../entry-body.js";
import { Sql } from "./conditions.js";
import type { AuditSearch } from "./search.js";
import { sourceOf, type Within } from "./source.js";
import { lookFurther, readPatiently, upTo, type Stretch } from "./stretches.queries.js";

/** An entry as it is found; `at` has six decimals and is its place in the order. */
export interface FoundEntry extends EntryRow {
  /** Its number in the chain; null until it is sealed. */
  readonly seq: number | null;
}

const COLUMNS = `${ENTRY_COLUMNS},
  (select l.seq from event_leaf l where l.event_id = e.id and l.at = e.at) as seq`;

/** Entries that are walked along before the indices are asked: as fast as they are, and enough for one match in a hundred. */
const WALKED = 5_000;

/** A page of what a search finds, newest first. */
export async function listEntries(
  reader: Reader,
  tenantId: Id,
  search: AuditSearch,
  request: PageRequest,
): Promise<Page<FoundEntry>> {
  const [beyond] = keysetValues(orderBy("e.at"), request);
  const rows = await lookFurther(
    reader,
    [tenantId, search, { entries: WALKED, isBackward: request.isBackward, beyond }],
    (stretch) => listStretch(reader, [tenantId, search, request], stretch),
    (found) => found.length > request.limit,
  );
  return pageOf(rows, request);
}

const orderBy = (column: string) => ({ column, type: "timestamptz" }) as const;

function listStretch(
  reader: Reader,
  [tenantId, search, request]: readonly [Id, AuditSearch, PageRequest],
  { way, until }: Stretch,
): Promise<FoundEntry[]> {
  const { isBackward } = request;
  const sql = new Sql();
  const [time, row, limit] = keysetValues(orderBy("e.at"), request);
  const [first] = [time, row, limit].map((value) => sql.add(value));
  const page = (at: string, id: string) =>
    keyset(orderBy(at), "DESC", isBackward, id, Number(first!.slice(1)));
  // The row comparison names no months to pass over; this does.
  const month = (at: string) =>
    time === null ? [] : [`${at} ${isBackward ? ">=" : "<="} ${first}::timestamptz`];
  const far = upTo(sql, until, isBackward);
  const within: Within = (at, id) => [page(at, id).beyond, ...month(at), ...far(at, id)];
  const { from, at, id } = sourceOf(sql, tenantId, search, {
    way,
    within,
    tail: (column, key) => page(column, key).tail,
  });
  const list = oneOff<FoundEntry>("audit_list", `select ${COLUMNS} from ${from} ${page(at, id).tail}`);
  return readPatiently(reader, list, sql.values);
}

/** So many are counted; more are not told apart. */
export const MOST_COUNTED = 10_000;
/** Where one in three matches a walk counts enough of them. */
export const COUNTING_WALK = { entries: 3 * MOST_COUNTED, isBackward: false, beyond: null };

/** How many a search finds, at most 10,000. */
export function countEntries(reader: Reader, tenantId: Id, search: AuditSearch): Promise<number> {
  const count = async ({ way, until }: Stretch): Promise<number> => {
    const sql = new Sql();
    const tail = () => `limit ${MOST_COUNTED}`;
    const { from } = sourceOf(sql, tenantId, search, { way, within: upTo(sql, until), tail });
    const counted = oneOff<{ count: number }>(
      "audit_count",
      `select count(*) as count from (select from ${from} limit ${MOST_COUNTED}) found`,
    );
    return (await readPatiently(reader, counted, sql.values))[0]!.count;
  };
  return lookFurther(reader, [tenantId, search, COUNTING_WALK], count, (found) => found === MOST_COUNTED);
}

const BY_IDS = statement<FoundEntry>(
  "audit_by_ids",
  `select ${COLUMNS} from event e where e.tenant_id = $1 and e.id = any($2::uuid[])`,
);

/** Entries of the organisation by id, in no order. */
export function findEntries(reader: Reader, tenantId: Id, ids: readonly Id[]): Promise<FoundEntry[]> {
  return reader.query(BY_IDS, [tenantId, ids]);
}
