import type { Id } from "../../ids.js";
import { statement, type Reader } from "../../operation.js";
import type { Revealed } from "../commitment.js";
import type { EntryRow } from "../entry-body.js";

/** What commitments of an entry stand for, by their path: `context.ip`, `targets.0.label`. */
export type Known = Readonly<Record<string, Revealed>>;

/** What stands beside an entry. */
export interface Beside {
  /** Its number in the chain; null until it is sealed. */
  readonly seq: number | null;
  readonly known: Known;
}

const BESIDE = statement<{ eventId: Id; seq: number | null; fields: Known | null }>(
  "audit_beside",
  `select k.id as "eventId", l.seq, p.fields from unnest($1::uuid[], $2::timestamptz[]) k (id, at)
   left join event_leaf l on l.event_id = k.id and l.at = k.at
   left join event_pii p on p.event_id = k.id and p.at = k.at`,
);

/** The numbers of these entries, and what is still known of the people they tell of; one read for all. */
export async function readBeside(reader: Reader, entries: readonly EntryRow[]): Promise<Map<Id, Beside>> {
  const beside = new Map<Id, Beside>();
  if (entries.length === 0) return beside;
  const rows = await reader.query(BESIDE, [entries.map(({ id }) => id), entries.map(({ at }) => at)]);
  for (const { eventId, seq, fields } of rows)
    beside.set(eventId, { seq, known: { ...beside.get(eventId)?.known, ...fields } });
  return beside;
}

/** What something is called today. */
export interface Named {
  readonly id: Id;
  readonly name: string;
  /** Of a person. */
  readonly email: string | null;
  readonly isErased: boolean;
}

const NAMES = statement<Named>(
  "audit_names",
  `select u.id, u.name, u.email, u.status = 'ERASED' as "isErased" from membership m join app_user u on u.id = m.user_id
     where m.tenant_id = $1 and u.id = any($2::uuid[])
   union all select id, name, null, false from campaign where tenant_id = $1 and id = any($2::uuid[])
   union all select id, name, null, false from team where tenant_id = $1 and id = any($2::uuid[])
   union all select id, name, null, false from lead_list where tenant_id = $1 and id = any($2::uuid[])
   union all select id, name, null, false from alert_rule where tenant_id = $1 and id = any($2::uuid[])
   union all select id, address, null, false from sender where tenant_id = $1 and id = any($2::uuid[])`,
);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A team of a thousand that is archived names them all; so many of them are looked up. */
const MOST_OF_AN_ENTRY = 20;

/** The names of today of whoever acts in these entries and of what they are about; one read for all. */
export async function readNames(
  reader: Reader,
  tenantId: Id,
  entries: readonly EntryRow[],
): Promise<Map<Id, Named>> {
  const ids = new Set<Id>();
  const add = (id: unknown) => typeof id === "string" && UUID.test(id) && ids.add(id);
  for (const { actorId, onBehalfOf, targets, context } of entries) {
    const about = targets.slice(0, MOST_OF_AN_ENTRY) as { readonly id: string }[];
    [actorId, onBehalfOf, (context as { viewedAs?: string }).viewedAs].forEach(add);
    about.forEach(({ id }) => add(id));
  }
  if (ids.size === 0) return new Map();
  const rows = await reader.query(NAMES, [tenantId, [...ids]]);
  return new Map(rows.map((row) => [row.id, row]));
}
