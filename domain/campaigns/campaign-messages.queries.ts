import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

const CANCEL_MESSAGES = statement<object>(
  "cancel_messages",
  `with cancelled as (
     update message set state = 'CANCELLED', reason = 'CAMPAIGN_CANCELLED', updated_at = now()
     where campaign_id = $1 and state in ('PLANNED', 'QUEUED', 'DEFERRED') returning id, tenant_id, campaign_id),
   stopped as (
     update enrollment set state = 'STOPPED', stop_reason = 'CAMPAIGN_CANCELLED'
     where campaign_id = $1 and state in ('PENDING', 'ACTIVE', 'WAITING', 'PAUSED'))
   insert into message_event (tenant_id, campaign_id, message_id, type, source)
   select tenant_id, campaign_id, id, 'cancelled', 'command' from cancelled`,
);

/** Everything of a campaign that has not left becomes CANCELLED, its leads STOPPED. */
export async function cancelMessages(reader: Reader, campaignId: Id): Promise<void> {
  await reader.query(CANCEL_MESSAGES, [campaignId]);
}

/** SQL: something is still to be sent. Two questions, because each has an index of its own; one would read what was sent. */
const isOpen = (campaign: string): string => `(
  exists (select from message m where m.campaign_id = ${campaign} and m.state in ('PLANNED', 'QUEUED', 'DEFERRED'))
  or exists (select from message m where m.campaign_id = ${campaign} and m.state = 'SENDING'))`;

const HAS_OPEN = statement<{ open: boolean }>("has_open_messages", `select ${isOpen("$1")} as open`);

export async function hasOpenMessages(reader: Reader, campaignId: Id): Promise<boolean> {
  return (await reader.query(HAS_OPEN, [campaignId]))[0]!.open;
}

const FINISHED = statement<{ id: Id; tenantId: Id }>(
  "finished_campaigns",
  `select c.id, c.tenant_id as "tenantId" from campaign c
   where c.status = 'RUNNING' and c.planned_at is not null
     and not ${isOpen("c.id")}
   limit 100`,
);

/** Running campaigns that have nothing left to send, at most 100. */
export function finishedCampaigns(reader: Reader): Promise<{ id: Id; tenantId: Id }[]> {
  return reader.query(FINISHED);
}

const LEFT_OVER = statement<{ campaignId: Id }>(
  "left_over_messages",
  `select distinct m.campaign_id as "campaignId" from message m join campaign c on c.id = m.campaign_id
   where c.status in ('CANCELLED', 'ARCHIVED') and m.state in ('PLANNED', 'QUEUED', 'DEFERRED') limit 100`,
);

/** Cancelled campaigns to which a lane has given a claimed message back after the cancellation. */
export async function cancelledWithLeftOvers(reader: Reader): Promise<Id[]> {
  return (await reader.query(LEFT_OVER)).map((row) => row.campaignId);
}

const ANSWERED_LATE = statement<{ id: Id; tenantId: Id }>(
  "completed_with_open_messages",
  `select c.id, c.tenant_id as "tenantId" from campaign c where c.status = 'COMPLETED' and ${isOpen("c.id")} limit 100`,
);

/** Completed campaigns that have something to send after all, at most 100. */
export function completedWithOpenMessages(reader: Reader): Promise<{ id: Id; tenantId: Id }[]> {
  return reader.query(ANSWERED_LATE);
}

const UNPLANNED = statement<{ id: Id; tenantId: Id }>(
  "unplanned_campaigns",
  `select c.id, c.tenant_id as "tenantId" from campaign c
   where c.status = 'RUNNING' and (c.planned_at is null or c.overdue is not null or c.replan is not null)
     and not exists (select from job j where j.queue = 'campaigns' and j.state in ('WAITING', 'ACTIVE') and j.type = 'campaigns.plan'
       and j.payload->>'campaignId' = c.id::text)
   limit 100`,
);

/** Running campaigns that the planner has not finished with and that no job works on, e.g. because it failed for good; at most 100. */
export function unplannedCampaigns(reader: Reader): Promise<{ id: Id; tenantId: Id }[]> {
  return reader.query(UNPLANNED);
}
