import * as v from "valibot";
import { command } from "../command.js";
import { sendStep } from "../emails/index.js";
import { MAY_BE_MAILED_BY } from "./audience.js";
import { IdSchema, type Id } from "../ids.js";
import { statement } from "../operation.js";

const BATCH = 2000;

/**
 * One batch of the audience beyond a lead: enrolls it, and plans the first step for whoever may be mailed. The rest is
 * enrolled as SKIPPED with its reason, so that the accounting knows every lead; also when it was cancelled meanwhile. Sharing the campaign's row lets a
 * cancellation wait for the batch, and the batch see the cancellation.
 */
const PLAN_BATCH = statement<{ last: Id | null; read: number; queued: number }>(
  "plan_batch",
  `with running as (
     select c.id, c.tenant_id, c.team_id, c.status, c.launched_version_id, c.audience, c.launched_at, s.id as step_id, s.position
     from campaign c join step s on s.campaign_id = c.id and s.position = 1
     where c.id = $1 and c.tenant_id = $2 and c.launched_version_id is not null for share of c),
   listed as (
     select m.lead_id from running r, lateral jsonb_array_elements_text(r.audience->'listIds') list,
       lateral (select lead_id from lead_list_member m where m.list_id = list::uuid and m.tenant_id = r.tenant_id
         and m.lead_id > $3::uuid and m.added_at <= r.launched_at order by m.lead_id limit ${BATCH}) m
     union
     select lead::uuid from running r, lateral jsonb_array_elements_text(r.audience->'leadIds') lead where lead::uuid > $3::uuid),
   batch as (
     select l.id, l.mailability, ${MAY_BE_MAILED_BY("r.team_id")} as is_ours
     from running r, listed join lead l on l.id = listed.lead_id and l.tenant_id = $2
     order by l.id limit ${BATCH}),
   enrolled as (
     insert into enrollment (id, tenant_id, campaign_id, lead_id, state, skip_reason, stop_reason)
     select uuid_v7(), r.tenant_id, r.id, b.id,
       case when b.mailability <> 'MAILABLE' or not b.is_ours then 'SKIPPED' when r.status = 'CANCELLED' then 'STOPPED' else 'ACTIVE' end,
       case when not b.is_ours then 'NOT_IN_SCOPE' else case b.mailability when 'MAILABLE' then null when 'ERASED' then 'ERASED' when 'INVALID' then 'INVALID_ADDRESS' else 'SUPPRESSED' end end,
       case when b.mailability = 'MAILABLE' and b.is_ours and r.status = 'CANCELLED' then 'CAMPAIGN_CANCELLED' end
     from running r, batch b
     on conflict (campaign_id, lead_id) do nothing returning id, lead_id, state),
   queued as (
     insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
     select uuid_v7(), r.tenant_id, r.id, r.launched_version_id, e.id, r.step_id, r.position, e.lead_id, 'QUEUED', now(), now()
     from running r, enrolled e where e.state = 'ACTIVE'
     returning id, tenant_id, campaign_id),
   noted as (
     insert into message_event (tenant_id, campaign_id, message_id, type, source)
     select tenant_id, campaign_id, id, 'queued', 'planner' from queued)
   select (select id from batch order by id desc limit 1) as last, (select count(*) from batch) as read,
     (select count(*) from queued) as queued`,
);
const MARK_PLANNED = statement<object>(
  "mark_planned",
  "update campaign set planned_at = now() where id = $1 and tenant_id = $2 and planned_at is null",
);

export interface PlannedBatch {
  /** Beyond this lead the next batch begins; null when the audience is written down. */
  readonly last: Id | null;
  readonly read: number;
  readonly queued: number;
}

export const FIRST_BATCH = "00000000-0000-0000-0000-000000000000";

/**
 * Plans the leads of a campaign's audience beyond `after`. A batch that ran before adds nothing.
 * Writes enrollment, message and, at the end, campaign.planned_at; the launch's event covers it. Enqueues
 * emails.sendStep, which wakes the lanes.
 */
export const planAudience = command({
  name: "planAudience",
  permission: "internal",
  input: v.object({ campaignId: IdSchema, after: v.string() }),
  async run(op, { campaignId, after }): Promise<PlannedBatch> {
    const [batch] = await op.query(PLAN_BATCH, [campaignId, op.tenantId, after]);
    const { last, read, queued } = batch!;
    if (queued > 0) await op.enqueue(sendStep, { campaignId });
    if (read > 0) return { last, read, queued };
    await op.query(MARK_PLANNED, [campaignId, op.tenantId]);
    return { last: null, read, queued };
  },
});
