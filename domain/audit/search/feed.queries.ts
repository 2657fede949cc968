import type { Id } from "../../ids.js";
import { oneOff, statement, type Reader } from "../../operation.js";
import { ENTRY_COLUMNS, type EntryRow } from "../entry-body.js";
import { Sql } from "./conditions.js";
import type { AuditSearch } from "./search.js";
import { sourceOf } from "./source.js";

const HEAD = statement<{ head: number }>(
  "audit_feed_head",
  `select coalesce((select last_seq from audit_seal where chain_id = $1 order by number desc limit 1), 0) as head`,
);
const PURGED = statement<{ purged: number }>(
  "audit_feed_purged",
  "select coalesce(max(last_seq), 0) as purged from audit_purge where chain_id = $1",
);

/** The number of the newest sealed entry; 0 when there is none. Entries are sealed in order: none before it comes later. */
export async function headOfChain(reader: Reader, chain: Id): Promise<number> {
  return (await reader.query(HEAD, [chain]))[0]!.head;
}

/** The number of the newest entry that retention has deleted; 0 when there is none. */
export async function purgedUpTo(reader: Reader, chain: Id): Promise<number> {
  return (await reader.query(PURGED, [chain]))[0]!.purged;
}

/** The sealed entries of a chain behind `after` and up to `until` that a search finds, in the order of their numbers. */
export function entriesBetween(
  reader: Reader,
  chain: Id,
  search: AuditSearch,
  { after, until, limit }: { readonly after: number; readonly until: number; readonly limit: number },
): Promise<(EntryRow & { readonly seq: number })[]> {
  const sql = new Sql();
  // Of what drives the search, too: one row for each leaf.
  const { from } = sourceOf(sql, chain, search, {
    within: (at, id) => [`${id} = l.event_id`, `${at} = l.at`],
  });
  const [ofChain, first, last, most] = [chain, after, until, limit].map((value) => sql.add(value));
  const found = oneOff<EntryRow & { readonly seq: number }>(
    "audit_feed",
    `select ${ENTRY_COLUMNS}, l.seq from event_leaf l
     cross join lateral (select e.* from ${from}) e
     where l.chain_id = ${ofChain} and l.seq > ${first} and l.seq <= ${last} order by l.seq limit ${most}`,
  );
  return reader.query(found, sql.values);
}
