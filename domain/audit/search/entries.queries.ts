import type { Id } from "../../ids.js";
import { keysetValues } from "../../keyset.js";
import { keptStatement, oneOff, statement, type Reader } from "../../operation.js";
import { pageOf, type Page, type PageRequest } from "../../page.js";
import { ENTRY_COLUMNS, type EntryRow } from "../entry-body.js";
import { Sql } from "./conditions.js";
import type { AuditSearch } from "./search.js";
import { hasOnePlan, isDriven, sourceOf, type Within } from "./source.js";
import { lookFurther, readPatiently, upTo, type Stretch } from "./stretches.queries.js";

/** Entries that are walked along before the indices are asked: as fast as they are, and enough for one match in a hundred. */
const WALKED = 5_000;
/** What is planned for its values is planned for each month: the newest first. */
const NEAR_DAYS = 31;

/** A page of what a search finds, newest first. `at` has six decimals and is its place in the order. */
export async function listEntries(
  reader: Reader,
  tenantId: Id,
  search: AuditSearch,
  request: PageRequest,
): Promise<Page<EntryRow>> {
  const [beyond] = keysetValues(TIME, request);
  const look = (stretch: Stretch) => listStretch(reader, [tenantId, search, request], stretch);
  const rows = isDriven(search)
    ? await lookFurther(
        reader,
        [tenantId, search, { entries: WALKED, isBackward: request.isBackward, beyond }],
        look,
        (found) => found.length > request.limit,
        (found) => found.length === 0,
      )
    : await lookAlong(search, request, look);
  return pageOf(rows, request);
}

async function lookAlong(
  search: AuditSearch,
  request: PageRequest,
  look: (stretch: Stretch) => Promise<EntryRow[]>,
): Promise<EntryRow[]> {
  const until = hasOnePlan(search) ? null : nearEnd(search, request);
  if (until !== null) {
    const near = await look({ way: "TIME", until });
    if (near.length > request.limit) return near;
  }
  return look({ way: "TIME", until: null });
}

/** Null where the search goes no further anyhow, where nobody has said the oldest time, and for a cursor with no real time. */
function nearEnd(search: AuditSearch, request: PageRequest): string | null {
  const { isBackward } = request;
  const [beyond] = keysetValues(TIME, request);
  const begin = beyond ?? (isBackward ? search.from : (search.to ?? new Date().toISOString()));
  const begun = begin === null ? Number.NaN : Date.parse(begin);
  if (Number.isNaN(begun)) return null;
  const days = isBackward ? NEAR_DAYS : -NEAR_DAYS;
  const end = new Date(begun + days * 86_400_000).toISOString();
  const last = isBackward ? search.to : search.from;
  return last !== null && (isBackward ? last <= end : last >= end) ? null : end;
}

const TIME = { column: "at", type: "timestamptz" } as const;

async function listStretch(
  reader: Reader,
  [tenantId, search, request]: readonly [Id, AuditSearch, PageRequest],
  { way, until }: Stretch,
): Promise<EntryRow[]> {
  const { isBackward } = request;
  const sql = new Sql();
  const [time, row, limit] = keysetValues(TIME, request);
  const [beyond, order] = isBackward ? [">", "asc"] : ["<", "desc"];
  // The row comparison names no months to pass over; the time alone does.
  const cursor = time === null ? null : ([sql.add(time), sql.add(row)] as const);
  const page: Within = (at, id) =>
    cursor === null
      ? []
      : [
          `(${at}, ${id}) ${beyond} (${cursor[0]}::timestamptz, ${cursor[1]}::uuid)`,
          `${at} ${beyond}= ${cursor[0]}::timestamptz`,
        ];
  const far = upTo(sql, until, isBackward);
  // In the text: a plan that is kept must know that it is for few.
  const tail = (at: string, id: string) => `order by ${at} ${order}, ${id} ${order} limit ${limit}`;
  const source = sourceOf(sql, tenantId, search, {
    way,
    within: (at, id) => [...page(at, id), ...far(at, id)],
    tail,
  });
  const { from, at, id, places } = source;
  if (places !== undefined) {
    const found = oneOff<Place>("audit_places", `select d.event_id as id, d.at::text as at from ${places}`);
    return findPlaces(reader, tenantId, await readPatiently(reader, found, sql.values));
  }
  const make = hasOnePlan(search) ? keptStatement : oneOff;
  const list = make<EntryRow>("audit_list", `select ${ENTRY_COLUMNS} from ${from} ${tail(at, id)}`);
  return readPatiently(reader, list, sql.values);
}

interface Place {
  readonly id: Id;
  readonly at: string;
}

const AT_PLACES = statement<EntryRow>(
  "audit_at_places",
  `select ${ENTRY_COLUMNS} from unnest($2::uuid[], $3::timestamptz[]) with ordinality k (id, at, nth)
   join event e on e.id = k.id and e.at = k.at where e.tenant_id = $1 order by k.nth`,
);

/** In the order of the places. */
async function findPlaces(reader: Reader, tenantId: Id, places: readonly Place[]): Promise<EntryRow[]> {
  if (places.length === 0) return [];
  return reader.query(AT_PLACES, [tenantId, places.map(({ id }) => id), places.map(({ at }) => at)]);
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

const BY_IDS = statement<EntryRow>(
  "audit_by_ids",
  `select ${ENTRY_COLUMNS} from event e where e.tenant_id = $1 and e.id = any($2::uuid[])`,
);

/** Entries of the organisation by id, in no order. */
export function findEntries(reader: Reader, tenantId: Id, ids: readonly Id[]): Promise<EntryRow[]> {
  return reader.query(BY_IDS, [tenantId, ids]);
}
