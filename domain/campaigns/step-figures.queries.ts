import { inScope, type Scope } from "../access/scope.js";
import { BUCKET_OF_STATE, type Bucket } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** How the messages of one step stand. Leads whose turn for it has not come are not counted. */
export interface StepFigures {
  readonly position: number;
  readonly buckets: readonly {
    readonly bucket: Bucket;
    readonly reason: string | null;
    readonly count: number;
  }[];
}

const STEP_FIGURES = statement<{ campaignId: Id; steps: StepFigures[] }>(
  "step_figures",
  `with counted as (
     select m.campaign_id, m.step_position, case m.state ${Object.entries(BUCKET_OF_STATE)
       .map(([state, bucket]) => `when '${state}' then '${bucket}'`)
       .join(" ")} end as bucket, count(*) as count
     from campaign c join message m on m.campaign_id = c.id
     where c.tenant_id = $1 and c.id = any($2::uuid[]) and ${inScope("c.team_id", "$3")}
     group by 1, 2, 3),
   placed as (
     select campaign_id, step_position, json_agg(json_build_object('bucket', bucket, 'reason', null, 'count', count) order by bucket) as buckets
     from counted group by 1, 2)
   select campaign_id as "campaignId", json_agg(json_build_object('position', step_position, 'buckets', buckets) order by step_position) as steps
   from placed group by 1`,
);

/** Of launched campaigns, by step; one that has no messages is missing from the answer. */
export async function stepFiguresOf(
  reader: Reader,
  scope: Scope,
  campaignIds: readonly Id[],
): Promise<Map<Id, StepFigures[]>> {
  const rows = await reader.query(STEP_FIGURES, [scope.tenantId, campaignIds, scope.teamIds]);
  return new Map(rows.map(({ campaignId, steps }) => [campaignId, steps]));
}
