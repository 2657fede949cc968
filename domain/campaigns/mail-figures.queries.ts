import { inScope, type Scope } from "../access/scope.js";
import { BUCKET_OF_STATE, type Bucket } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** How the mails of a sequence stand: those written down, and as PLANNED also those that still follow them. */
export interface MailFigures extends Readonly<Record<MailBucket, number>> {
  /** The others sum to it. */
  readonly total: number;
}

/** Those of messages. */
type MailBucket = Lowercase<Exclude<Bucket, "STOPPED">>;
const BUCKETS = [...new Set(Object.values(BUCKET_OF_STATE))].map((bucket) => bucket.toLowerCase());

const OPEN = "('PLANNED', 'QUEUED', 'SENDING')";

// A lead has one open mail at most, and what follows it is not written down yet: as many as there are steps beyond.
const MAIL_FIGURES = statement<MailFigures & { campaignId: Id }>(
  "mail_figures",
  `with wanted as materialized (
     select c.id, jsonb_array_length(v.content->'steps') as steps from campaign c join campaign_version v on v.id = c.launched_version_id
     where c.tenant_id = $1 and c.id = any($2::uuid[]) and ${inScope("c.team_id", "$3")} and jsonb_array_length(v.content->'steps') > 1),
   counted as materialized (
     select w.id, w.steps - m.step_position as beyond, case m.state ${Object.entries(BUCKET_OF_STATE)
       .map(([state, bucket]) => `when '${state}' then '${bucket}'`)
       .join(" ")} end as bucket, count(*) as count
     from wanted w join message m on m.campaign_id = w.id group by 1, 2, 3),
   mails as (
     select id, bucket, count from counted
     union all select id, 'PLANNED', count * beyond from counted where bucket in ${OPEN} and beyond > 0)
   select w.id as "campaignId", coalesce(sum(s.count), 0)::int as total,
     ${BUCKETS.map((bucket) => `coalesce(sum(s.count) filter (where s.bucket = '${bucket.toUpperCase()}'), 0)::int as ${bucket}`).join(", ")}
   from wanted w left join mails s on s.id = w.id group by w.id`,
);

/** Of launched campaigns with more than one step; of others each lead is one mail, and the accounting tells it. */
export async function mailFiguresOf(
  reader: Reader,
  scope: Scope,
  campaignIds: readonly Id[],
): Promise<Map<Id, MailFigures>> {
  const rows = await reader.query(MAIL_FIGURES, [scope.tenantId, campaignIds, scope.teamIds]);
  return new Map(rows.map(({ campaignId, ...figures }) => [campaignId, figures]));
}
