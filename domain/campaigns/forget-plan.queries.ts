import { NOT_BEGUN } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";

const FORGET = statement<object>(
  "forget_all_planned_hours",
  `with shared as (delete from planned_hour where campaign_id = $1)
   delete from campaign_hour where campaign_id = $1`,
);
// By the claim, which takes the share; so far back a limit of a day may reach, also where a day has 25 hours.
const BEGUN = `select date_trunc('hour', m.claimed_at, 'UTC') as hour, m.claimed_at, m.enrollment_id, m.lead_id
     from message m where m.tenant_id = $1 and m.campaign_id = $2 and m.claimed_at >= now() - interval '25 hours' and m.state not in ${NOT_BEGUN}`;
const RECOUNT = statement<object>(
  "recount_planned_hours",
  `insert into campaign_hour (tenant_id, campaign_id, hour, planned, first_at, last_at)
   select $1, $2, hour, count(*), min(claimed_at), max(claimed_at) from (${BEGUN}) s group by hour`,
);
const RECOUNT_SHARED = statement<object>(
  "recount_shared_hours",
  `insert into planned_hour (tenant_id, campaign_id, kind, key, hour, planned, first_at, last_at)
   select $1, $2, k.kind, k.key, s.hour, count(*), min(s.claimed_at), max(s.claimed_at)
   from (${BEGUN}) s join enrollment e on e.id = s.enrollment_id join lead l on l.id = s.lead_id
     cross join lateral (values ('TENANT', ''), ('SENDER', e.sender_id::text), ('DOMAIN', split_part(l.email_canonical, '@', -1))) k(kind, key)
   where k.key is not null and (k.kind <> 'DOMAIN' or exists (select from pace p where p.tenant_id = $1 and p.kind = 'DOMAIN' and p.key = k.key))
   group by 3, 4, 5`,
);

/** All that is planned of a campaign counts no more, before it is planned anew: only what was begun, as long as it may count against a limit. */
export async function forgetPlan(op: UnitOfWork, campaignId: Id): Promise<void> {
  await op.query(FORGET, [campaignId]);
  await op.query(RECOUNT, [op.tenantId, campaignId]);
  await op.query(RECOUNT_SHARED, [op.tenantId, campaignId]);
}
