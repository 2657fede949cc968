import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { Demand } from "./demands.js";
import { LACKS, SHARE } from "./lacks.js";

/** What a lead lacks for one mail, in the wording that falls to it. */
interface Gap {
  readonly leadId: Id;
  readonly stepId: Id;
  /** As the template has them; sorted. */
  readonly variables: readonly string[];
}

const GAPS = statement<Gap>(
  "gaps_of_leads",
  `with demand as materialized (
     select r."stepId" as step_id, r.low, r.high, r.kind, r.name, r.variable
     from jsonb_to_recordset($2::jsonb) r("stepId" uuid, low float8, high float8, kind text, name text, variable text))
   select l.id as "leadId", r.step_id as "stepId", array_agg(distinct r.variable order by r.variable) as variables
   from lead l cross join demand r
     cross join lateral (select case when r.high - r.low < 1 then ${SHARE("l", "r.step_id")} end as share offset 0) w
   where l.id = any($1::uuid[]) and ${LACKS("l", "r")} and (w.share is null or (w.share >= r.low and w.share < r.high))
   group by l.id, r.step_id`,
);

/** By lead and step (see gapKey): what of these demands a lead does not have. Who has all is not among them. */
export async function gapsOf(
  reader: Reader,
  leadIds: readonly Id[],
  demands: readonly Demand[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (leadIds.length === 0 || demands.length === 0) return new Map();
  const rows = await reader.query(GAPS, [leadIds, JSON.stringify(demands)]);
  return new Map(rows.map(({ leadId, stepId, variables }) => [gapKey(leadId, stepId), variables]));
}

export const gapKey = (leadId: Id, stepId: Id): string => `${leadId}:${stepId}`;
