import { inScope, type Scope } from "../access/scope.js";
import { BUCKET_OF_STATE, type Bucket } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { SENDER_PAUSED, WAITS_FOR } from "../senders/index.js";
import { MAY_BE_MAILED_BY } from "./audience.js";
import { demandsOfDrafts } from "./draft-demands.js";
import { LACKS, SHARE } from "./lacks.js";

export interface BucketCount {
  readonly bucket: Bucket;
  readonly reason: string | null;
  readonly count: number;
}

/** Where every lead of an audience stands. The counts sum to the audience; an accounting that does not is never shown. */
export interface Accounting {
  readonly campaignId: Id;
  readonly audience: number;
  readonly buckets: readonly BucketCount[];
  /** Messages handed to the transport and not answered yet: after a pause, what may still leave. */
  readonly inFlight: number;
  /** The planner has not written the whole audience down yet. */
  readonly planning: boolean;
  /** ISO 8601, by the database's clock. */
  readonly at: string;
}

interface AccountingRow {
  readonly campaignId: Id;
  readonly audience: number;
  readonly inFlight: number;
  readonly planning: boolean;
  readonly at: string;
  readonly buckets: readonly BucketCount[];
}

/** What a mail waits for that is due. */
const WAITING = [...Object.values(WAITS_FOR), SENDER_PAUSED].map((reason) => `'${reason}'`).join(", ");

const bucketOfState = `case m.state ${Object.entries(BUCKET_OF_STATE)
  .map(([state, bucket]) => `when '${state}' then '${bucket}'`)
  .join(" ")} end`;

/** SQL: lead `l` lacks what the first mail of its draft (`d`) asks for, in the wording that falls to it. */
const HAS_GAP = `exists (select from unnest(d.kinds, d.names, d.lows, d.highs) r (kind, name, low, high)
  where (w.share is null or (w.share >= r.low and w.share < r.high)) and ${LACKS("l", "r")})`;

/**
 * Launched campaigns: a lead stands in the bucket of its furthest message; without one, or where that was cancelled by what
 * has stopped the lead, it was skipped, stopped, or is still to be planned. Others: what a launch would do now (also who
 * would be skipped for what the first mail asks of them), or what a cancellation has ended. The audience is counted on
 * its own, so that the sum proves something. One statement, so that a launch meanwhile falls on one side or the other.
 */
const ACCOUNTING = statement<AccountingRow>(
  "accounting",
  `with demand as materialized (
     select r."campaignId" as campaign_id, r."stepId" as step_id, bool_or(r.high - r.low < 1) as is_shared,
       array_agg(r.kind) as kinds, array_agg(r.name) as names, array_agg(r.low) as lows, array_agg(r.high) as highs
     from jsonb_to_recordset($4::jsonb) r("campaignId" uuid, "stepId" uuid, low float8, high float8, kind text, name text) group by 1, 2),
   wanted as materialized (
     select id, planned_at is null as planning from campaign
     where tenant_id = $1 and id = any($2::uuid[]) and launched_at is not null and ${inScope("team_id", "$3")}),
   placed as materialized (
     select e.campaign_id, coalesce(case when m.state = 'CANCELLED' and e.state = 'STOPPED' and e.stop_reason <> 'CAMPAIGN_CANCELLED' then 'STOPPED' end, ${bucketOfState}, case when e.state = 'STOPPED' and e.stop_reason = 'CAMPAIGN_CANCELLED' then 'CANCELLED' when e.state in ('SKIPPED', 'STOPPED') then e.state else 'PLANNED' end) as bucket,
       case when m.state is null then coalesce(e.skip_reason, e.stop_reason)
         when m.state in ('QUEUED', 'PLANNED') then case when m.reason in (${WAITING}) then m.reason end
         when m.state in ('SENT', 'SENDING') then null
         when m.state in ('BOUNCED_HARD', 'BOUNCED_SOFT', 'DEFERRED', 'COMPLAINED') then m.state else m.reason end as reason,
       count(*) as count
     from wanted w join enrollment e on e.campaign_id = w.id
     left join lateral (select state, reason from message where enrollment_id = e.id order by step_position desc limit 1) m on true
     group by 1, 2, 3)
   select w.id as "campaignId", w.planning, clock_timestamp() as at,
     (select count(*) from enrollment e where e.campaign_id = w.id) as audience,
     (select count(*) from message m where m.campaign_id = w.id and m.state = 'SENDING' and m.intent_at is not null) as "inFlight",
     coalesce((select json_agg(json_build_object('bucket', p.bucket, 'reason', p.reason, 'count', p.count) order by p.bucket, p.reason)
       from placed p where p.campaign_id = w.id), '[]') as buckets
   from wanted w
   union all
   select c.id as "campaignId", false as planning, clock_timestamp() as at, coalesce(sum(a.count), 0)::bigint as audience, 0 as "inFlight",
     coalesce(json_agg(json_build_object('bucket', a.bucket, 'reason', a.reason, 'count', a.count) order by a.bucket, a.reason)
       filter (where a.count > 0), '[]') as buckets
   from campaign c left join demand d on d.campaign_id = c.id left join lateral (
     select case when l.mailability <> 'MAILABLE' or not ${MAY_BE_MAILED_BY("c.team_id")} then 'SKIPPED' when c.status = 'DRAFT' or c.status = 'SCHEDULED' then case when g.has_gap then 'SKIPPED' else 'PLANNED' end else 'CANCELLED' end as bucket,
       case when not ${MAY_BE_MAILED_BY("c.team_id")} then 'NOT_IN_SCOPE' else case l.mailability when 'MAILABLE' then case when c.status in ('CANCELLED', 'ARCHIVED') then 'CAMPAIGN_CANCELLED' when g.has_gap then 'MISSING_VARIABLE' end when 'ERASED' then 'ERASED' when 'INVALID' then 'INVALID_ADDRESS' else 'SUPPRESSED' end end as reason,
       count(*) as count
     from lead l cross join lateral (select case when d.is_shared then ${SHARE("l", "d.step_id")} end as share offset 0) w
     cross join lateral (select l.mailability = 'MAILABLE' and ${HAS_GAP} as has_gap offset 0) g
     where l.tenant_id = c.tenant_id and (
       l.id in (select lead::uuid from jsonb_array_elements_text(c.audience->'leadIds') lead)
       or l.id in (select m.lead_id from jsonb_array_elements_text(c.audience->'listIds') list join lead_list_member m on m.list_id = list::uuid))
     group by 1, 2) a on true
   where c.tenant_id = $1 and c.id = any($2::uuid[]) and c.launched_at is null and ${inScope("c.team_id", "$3")}
   group by c.id`,
);

/** @throws Error when the buckets of a campaign do not sum to its audience: such a row must never be shown. */
export async function accountingOf(
  reader: Reader,
  scope: Scope,
  campaignIds: readonly Id[],
): Promise<Map<Id, Accounting>> {
  const demands = await demandsOfDrafts(reader, scope.tenantId, campaignIds);
  const values = [scope.tenantId, campaignIds, scope.teamIds, JSON.stringify(demands)];
  const rows = await reader.query(ACCOUNTING, values);
  return new Map(
    rows.map((row) => {
      const sum = row.buckets.reduce((total, bucket) => total + bucket.count, 0);
      if (sum !== row.audience)
        throw new Error(
          `The buckets of campaign ${row.campaignId} sum to ${sum}, its audience is ${row.audience}`,
        );
      return [row.campaignId, row];
    }),
  );
}
