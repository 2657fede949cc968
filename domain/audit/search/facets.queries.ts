import type { Id } from "../../ids.js";
import { oneOff, type Reader } from "../../operation.js";
import { Sql } from "./conditions.js";
import { COUNTING_WALK, MOST_COUNTED } from "./entries.queries.js";
import type { AuditSearch } from "./search.js";
import { sourceOf } from "./source.js";
import { lookFurther, newestFirst, readPatiently, upTo, type Stretch } from "./stretches.queries.js";

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** How the newest entries that a search finds divide, most frequent first. */
export interface Facets {
  readonly actions: readonly FacetValue[];
  readonly outcomes: readonly FacetValue[];
  readonly actorKinds: readonly FacetValue[];
  readonly resourceTypes: readonly FacetValue[];
  readonly counted: number;
  /** There are more than were counted. */
  readonly isCapped: boolean;
}

interface Row {
  readonly facet: "actions" | "outcomes" | "actorKinds" | "resourceTypes" | "all";
  readonly value: string | null;
  readonly count: number;
}

/** Counts the newest 10,000. */
export function countFacets(reader: Reader, tenantId: Id, search: AuditSearch): Promise<Facets> {
  return lookFurther(
    reader,
    [tenantId, search, COUNTING_WALK],
    (stretch) => countStretch(reader, tenantId, search, stretch),
    ({ isCapped }) => isCapped,
  );
}

async function countStretch(
  reader: Reader,
  tenantId: Id,
  search: AuditSearch,
  { way, until }: Stretch,
): Promise<Facets> {
  const sql = new Sql();
  const tail = newestFirst(MOST_COUNTED + 1);
  const { from, at, id } = sourceOf(sql, tenantId, search, { way, within: upTo(sql, until), tail });
  const count = oneOff<Row>(
    "audit_facets",
    `with found as materialized (
       select e.action, e.outcome, e.actor_kind, e.targets -> 0 ->> 'type' as resource_type
       from ${from} ${tail(at, id)}),
     counted as materialized (select * from found limit ${MOST_COUNTED})
     select case when grouping(action) = 0 then 'actions' when grouping(outcome) = 0 then 'outcomes'
         when grouping(actor_kind) = 0 then 'actorKinds' when grouping(resource_type) = 0 then 'resourceTypes' else 'all' end as facet,
       coalesce(action, outcome, actor_kind, resource_type) as value, count(*) as count
     from counted group by grouping sets ((action), (outcome), (actor_kind), (resource_type))
     union all select 'all', null, count(*) from found
     order by count desc, value`,
  );
  const rows = await readPatiently(reader, count, sql.values);
  const of = (facet: Row["facet"]) =>
    rows
      .filter((row) => row.facet === facet && row.value !== null)
      .map(({ value, count: found }) => ({ value: value!, count: found }));
  const all = rows.find((row) => row.facet === "all")?.count ?? 0;
  return {
    actions: of("actions"),
    outcomes: of("outcomes"),
    actorKinds: of("actorKinds"),
    resourceTypes: of("resourceTypes"),
    counted: Math.min(all, MOST_COUNTED),
    isCapped: all > MOST_COUNTED,
  };
}
