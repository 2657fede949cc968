import type { Id } from "../../ids.js";
import { conditionSql, hasAddress, hasWords, lacksWord, type Sql } from "./conditions.js";
import type { AuditSearch, Condition, Wanted } from "./search.js";

/**
 * How entries are come by. TIME: one after the other along an index in the order of time, which is short where many match.
 * INDEX: whatever finds fewest finds all of them, and they are sorted, which is short where few match.
 */
export type Way = "TIME" | "INDEX";

/** More that must hold of an entry's place, as SQL. */
export type Within = (at: string, id: string) => readonly string[];

/** What a search reads, for `select … from ${from} order by ${at}, ${id}`; the entry is `e`. */
export interface Source {
  readonly from: string;
  /** The columns of its order, both of the table that drives it. */
  readonly at: string;
  readonly id: string;
  /** Where the place of each stands, `event_id` and `at`, in order and no more than wanted; for INDEX with a tail. */
  readonly places?: string;
}

export interface How {
  readonly way?: Way;
  readonly within?: Within;
  /** The order and the limit of what is read, by its place: what is beyond it is sorted but not looked up. */
  readonly tail?: (at: string, id: string) => string;
}

/** Words and addresses have tables of their own, in the same order as the entries: a search for them begins there. */
export const isDriven = ({ words, conditions }: AuditSearch): boolean =>
  words.some(isWanted) || conditions.some(isAddress);

const isWanted = ({ isNegated }: Wanted): boolean => !isNegated;
const isAddress = ({ on, isNegated }: Condition): boolean => on === "ip" && !isNegated;

/** Whatever the values are the same index is the best one: nothing to choose from, or nothing that its values decide. */
export function hasOnePlan(search: AuditSearch): boolean {
  if (isDriven(search)) return false;
  const chosen = search.conditions.filter(({ isNegated }) => !isNegated);
  // Of a type there are many, with an id there is hardly one.
  const deciding = chosen.some(({ on }) => on === "resourceId")
    ? chosen.filter(({ on }) => on !== "resourceType")
    : chosen;
  return deciding.length <= 1 && deciding.every(isFoundByItself);
}

const isFoundByItself = ({ on, any }: Condition): boolean =>
  on === "kind" ||
  on === "outcome" ||
  (any.length === 1 && (on !== "target" || any[0]!.includes(":")) && on !== "seq");

/**
 * The entries that a search finds.
 * @param search its actors are ids
 */
export function sourceOf(
  sql: Sql,
  tenantId: Id,
  search: AuditSearch,
  { way = "TIME", within = () => [], tail }: How = {},
): Source {
  const tenant = sql.add(tenantId);
  const must = search.words.filter(isWanted);
  const address = must.length === 0 ? search.conditions.find(isAddress) : undefined;
  const others = [
    ...search.words.filter(({ isNegated }) => isNegated).map((word) => lacksWord(sql, word)),
    ...search.conditions
      .filter((condition) => condition !== address)
      .map((condition) => conditionSql(sql, tenant, condition, way === "TIME")),
  ];
  const placed = placeOf(sql, search, within);
  const ofTenant = `e.tenant_id = ${tenant}`;
  if (!isDriven(search))
    return { from: `event e where ${all([ofTenant, ...others, ...placed("e.at", "e.id")])}`, ...ENTRY };

  const [d, table] = address ? ["p", "event_pii"] : ["t", "event_text"];
  const [at, id] = [`${d}.at`, `${d}.event_id`];
  const own = address ? [hasAddress(sql, address.any)] : [hasWords(sql, "t", must)];
  const driving = [`${d}.tenant_id = ${tenant}`, ...own, ...placed(at, id)];
  // One entry for each, as the planner must be told: a join on two columns it takes for next to nothing, and sorts it.
  // Its time is said again, so that only months that can have it are planned for.
  const itself = all([`e.id = ${id}`, `e.at = ${at}`, ...placed("e.at", "e.id")]);
  const entry = `cross join lateral (select * from event e where ${itself} offset 0) e`;
  if (way === "TIME")
    return { from: `${table} ${d} ${entry} where ${all([...driving, ofTenant, ...others])}`, at, id };
  const joined =
    others.length === 0
      ? `where ${all(driving)}`
      : `join event e on e.id = ${id} and e.at = ${at} where ${all([...driving, ofTenant, ...others, ...placed("e.at", "e.id")])}`;
  // Behind a fence: nothing lets the planner hope that the order comes by itself.
  const found = `(select ${id}, ${at} from ${table} ${d} ${joined} offset 0) ${d}`;
  const first = tail ? `(select * from ${found} ${tail(at, id)}) ${d}` : found;
  return {
    from: `${first} ${entry} where ${ofTenant}`,
    at,
    id,
    ...(tail && { places: `(select * from ${found} ${tail(at, id)}) d` }),
  };
}

const ENTRY = { at: "e.at", id: "e.id" } as const;

const all = (conditions: readonly string[]): string => conditions.join(" and ");

function placeOf(sql: Sql, { from, to }: AuditSearch, within: Within): Within {
  const first = from && sql.add(from);
  const end = to && sql.add(to);
  return (at, id) => [
    ...(first ? [`${at} >= ${first}::timestamptz`] : []),
    ...(end ? [`${at} < ${end}::timestamptz`] : []),
    ...within(at, id),
  ];
}
