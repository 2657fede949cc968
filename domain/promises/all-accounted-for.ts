import type { PromiseDefinition } from "./promise.js";

// The buckets are counted from enrollments and their messages; so it is counted here whether each lead of the audience
// has an enrollment, and each enrollment that is to be mailed a message. Who was put on a list in the minute before the
// launch may not have been committed when it was read.
export const allAccountedFor: PromiseDefinition = {
  id: "ALL_ACCOUNTED_FOR",
  title: "Every lead is accounted for",
  sentence:
    "Each lead of a launched campaign's audience stands in exactly one bucket: the audience is the sum of the buckets.",
  offending: `
  with planned as (
     select c.id, c.tenant_id, c.name, c.audience, c.launched_at from campaigns w join campaign c on c.id = w.id
     where c.planned_at is not null and c.launched_at is not null),
   lost as (
     select p.id, count(*) as leads, 'that were to be mailed and have no message' as what
     from planned p join enrollment e on e.campaign_id = p.id
     where e.state in ('ACTIVE', 'WAITING') and not exists (select from message m where m.enrollment_id = e.id)
     group by p.id
     union all
     select p.id, count(distinct a.lead_id), 'of its audience that stand in no bucket'
     from planned p cross join lateral (
       select m.lead_id from jsonb_array_elements_text(p.audience -> 'listIds') list
         join lead_list_member m on m.list_id = list::uuid and m.tenant_id = p.tenant_id
         and m.added_at <= p.launched_at - interval '1 minute'
       union
       select l.id from jsonb_array_elements_text(p.audience -> 'leadIds') lead
         join lead l on l.id = lead::uuid and l.tenant_id = p.tenant_id) a
     where not exists (select from enrollment e where e.campaign_id = p.id and e.lead_id = a.lead_id)
     group by p.id)
  select p.tenant_id, 'CAMPAIGN' as kind, p.id::text as id, p.id as campaign_id, p.name as label,
    string_agg('Leads ' || lost.what || ': ' || to_char(lost.leads, 'FM999,999,999'), '; ' order by lost.what) as detail
  from lost join planned p on p.id = lost.id group by p.tenant_id, p.id, p.name`,
};
