import { inScope, type Scope } from "../access/scope.js";
import type { MessageState } from "../emails/index.js";
import type { Id } from "../ids.js";
import type { LimitHolder } from "../planning/index.js";
import type { FrozenSender } from "./campaign-version.entity.js";
import { statement, type Reader } from "../operation.js";
import type { ReplannedFor } from "./sequences.queries.js";

/** What was planned for one step of one lead, and what is known of it. Times are ISO instants. */
export interface TimetableFacts {
  readonly leadId: Id;
  readonly timezone: string | null;
  readonly position: number;
  readonly plannedAt: string | null;
  /** Whom it is from; null: the campaign's own address. */
  readonly senderId: Id | null;
  /** Whose limit kept its planned time from being earlier; null: nobody's. */
  readonly heldBy: LimitHolder | null;
  /** When it is planned for now, where that has changed since the launch, and why. */
  readonly replannedAt: string | null;
  readonly replannedFor: ReplannedFor | null;
  /** Why the planner had no place for it. */
  readonly noPlace: string | null;
  readonly messageId: Id | null;
  readonly state: MessageState | null;
  readonly reason: string | null;
  readonly dueAt: string | null;
  readonly sentAt: string | null;
  readonly enrollmentState: string;
  /** Why the lead was left out or stopped. */
  readonly endReason: string | null;
  /** The step before it: when it was planned and sent. */
  readonly beforePlannedAt: string | null;
  readonly beforeSentAt: string | null;
  /** `type:evidence` of what happened to the message. */
  readonly happened: readonly string[];
  /** Whether other mails of the campaign left between its time and when it left. */
  readonly isOthersLeft: boolean;
}

/** SQL: the plan of the launch; steps that were added since have the place that they got then. */
const FIRST_PLAN = `case when e.first_times is null then e.planned_times
  else e.first_times[:cardinality(e.planned_times)] || e.planned_times[cardinality(e.first_times) + 1:] end`;

const ROWS = statement<TimetableFacts>(
  "timetable_rows",
  `with page as materialized (
     select e.id as enrollment_id, e.lead_id, e.sender_id, e.held_by[p.position] as held_by, p.position::int, p.at, e.planned_times[p.position - 1] as before_at, e.state, coalesce(e.stop_reason, e.skip_reason) as end_reason,
       case when e.planned_times[p.position] is distinct from p.at then e.planned_times[p.position] end as replanned_at, e.replanned_for
     from campaign c join enrollment e on e.campaign_id = c.id
       cross join lateral unnest(coalesce(${FIRST_PLAN}, array[null]::timestamptz[])) with ordinality p(at, position)
     where c.tenant_id = $1 and c.id = $2 and ${inScope("c.team_id", "$3")}
       and ($4::uuid is null or (e.lead_id >= $4 and (e.lead_id, p.position) > ($4, $5::bigint)))
     order by e.lead_id, p.position limit $6::int)
   select p.lead_id as "leadId", p.sender_id as "senderId", p.held_by as "heldBy", l.timezone, p.position, case when isfinite(p.at) then p.at end as "plannedAt",
     case p.at when 'infinity' then 'NO_SENDER_CAPACITY_BEFORE_END' when '-infinity' then 'WINDOW_CLOSED_BEFORE_END' end as "noPlace",
     m.id as "messageId", m.state, m.reason, m.due_at as "dueAt", m.sent_at as "sentAt", p.state as "enrollmentState",
     p.end_reason as "endReason", case when isfinite(p.before_at) then p.before_at end as "beforePlannedAt", case when isfinite(p.replanned_at) then p.replanned_at end as "replannedAt",
     p.replanned_for as "replannedFor", b.sent_at as "beforeSentAt",
     coalesce((select array_agg(v.type || ':' || coalesce(v.evidence, '') order by v.seq) from message_event v where v.message_id = m.id), '{}') as happened,
     m.sent_at > p.at + interval '1 minute' and exists (select from message o where o.tenant_id = m.tenant_id and o.sent_at > p.at
       and o.sent_at <= m.sent_at and o.campaign_id = $2 and o.id <> m.id) as "isOthersLeft"
   from page p join lead l on l.id = p.lead_id
     left join message m on m.enrollment_id = p.enrollment_id and m.step_position = p.position
     left join message b on b.enrollment_id = p.enrollment_id and b.step_position = p.position - 1
   order by p.lead_id, p.position`,
);

export function timetableRows(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  campaignId: Id,
  after: { readonly leadId: Id; readonly position: number } | null,
  limit: number,
): Promise<TimetableFacts[]> {
  return reader.query(ROWS, [
    tenantId,
    campaignId,
    teamIds,
    after?.leadId ?? null,
    after?.position ?? null,
    limit,
  ]);
}

const FROZEN_SENDERS = statement<{ senders: readonly FrozenSender[] | null }>(
  "frozen_senders",
  `select v.content->'senders' as senders from campaign c join campaign_version v on v.id = c.launched_version_id
   where c.tenant_id = $1 and c.id = $2`,
);

/** The addresses of a launched campaign's senders, by their ids, as its version has them. */
export async function senderAddresses(
  reader: Reader,
  tenantId: Id,
  campaignId: Id,
): Promise<ReadonlyMap<Id, string>> {
  const [row] = await reader.query(FROZEN_SENDERS, [tenantId, campaignId]);
  return new Map((row?.senders ?? []).map(({ id, address }) => [id, address]));
}

/** When nothing could leave, and why; `until` is null while it lasts. */
export interface Standstill {
  readonly why: "PAUSED" | "FROZEN";
  readonly from: string;
  readonly until: string | null;
}

const CHANGES = statement<{ at: string; change: "PAUSED" | "RESUMED" | "FROZEN" | "RELEASED"; of: string }>(
  "standstill_changes",
  `select at, case action when 'campaign.paused' then 'PAUSED' when 'campaign.halted' then 'PAUSED' when 'campaign.resumed' then 'RESUMED'
     else case when frozen then 'FROZEN' else 'RELEASED' end end as change, of
   from (
     select at, action, false as frozen, 'campaign' as of from event where tenant_id = $1 and targets -> 0 ->> 'type' = 'campaign' and targets -> 0 ->> 'id' = $2::text
       and action in ('campaign.paused', 'campaign.halted', 'campaign.resumed') and outcome = 'SUCCESS'
     union all
     select at, action, exists (select from jsonb_array_elements(changes) c where c->>'field' = 'frozen' and (c->'after')::text = 'true'),
       case when tenant_id is null then 'installation' else 'tenant' end
     from event where (tenant_id = $1 or tenant_id is null) and action = 'sending.frozen_or_released' and outcome = 'SUCCESS'
     order by at desc limit 1000) newest
   order by at`,
);

/** The newest thousand changes of them. */
export async function standstillsOf(reader: Reader, tenantId: Id, campaignId: Id): Promise<Standstill[]> {
  const stills: { why: "PAUSED" | "FROZEN"; from: string; until: string | null }[] = [];
  const open = new Map<string, (typeof stills)[number]>();
  for (const { at, change, of } of await reader.query(CHANGES, [tenantId, campaignId])) {
    if (change === "PAUSED" || change === "FROZEN") {
      if (open.has(of)) continue;
      const still = { why: change, from: at, until: null };
      open.set(of, still);
      stills.push(still);
    } else {
      const still = open.get(of);
      if (still) still.until = at;
      open.delete(of);
    }
  }
  return stills;
}
