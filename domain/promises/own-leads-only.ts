import type { PromiseDefinition } from "./promise.js";
import { BEGUN_AT, MESSAGE_LABEL, shownTime } from "./sql.js";

// Who belongs to which team is judged when a lead is enrolled; a lead that was changed since may have moved, and only
// what was found before is held against it then.
export const ownLeadsOnly: PromiseDefinition = {
  id: "OWN_LEADS_ONLY",
  title: "Campaigns mail their own people only",
  sentence:
    "No mail is begun to a lead of another organisation, or to a lead of another team than the campaign's.",
  offending: `
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label,
    'Begun ' || ${shownTime(BEGUN_AT)} || case when l.tenant_id <> c.tenant_id then ', to a lead of another organisation'
      else ', to a lead of another team' end as detail
  from touched t join message m on m.id = t.id join campaign c on c.id = m.campaign_id join lead l on l.id = m.lead_id
    join enrollment e on e.id = m.enrollment_id
  where ${BEGUN_AT} is not null and (l.tenant_id <> c.tenant_id or m.tenant_id <> c.tenant_id or e.campaign_id <> c.id
    or e.lead_id <> l.id or (l.owner_team_id is not null and l.owner_team_id is distinct from c.team_id
      and (l.updated_at <= e.created_at or m.id = any($4::uuid[]))))`,
};
