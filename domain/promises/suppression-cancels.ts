import type { PromiseDefinition } from "./promise.js";
import { MESSAGE_LABEL, shownTime } from "./sql.js";

/** A minute's tick does it; what it has not done a minute later is held against it. */
const GRACE = "interval '2 minutes'";

// By the new suppressions, and by what is newly planned for people who have been suppressed for long.
export const suppressionCancels: PromiseDefinition = {
  id: "SUPPRESSION_CANCELS",
  title: "A suppression cancels what is planned",
  sentence:
    "An unsubscribe, hard bounce, complaint or suppression by hand takes mail that is planned for the address off the ledger within a minute; a minute more is allowed for.",
  offending: `
  with waiting as (
     select m.id, s.id as suppression_id from suppression s
       join lead l on l.tenant_id = s.tenant_id and l.email_hash = s.email_hash
       join message m on m.lead_id = l.id
     where s.lifted_at is null and s.created_at > coalesce($3::timestamptz, '-infinity') - interval '10 minutes'
       and s.created_at < clock_timestamp() - ${GRACE} and m.state in ('PLANNED', 'QUEUED', 'DEFERRED')
     union
     select m.id, s.id from touched t join message m on m.id = t.id join lead l on l.id = m.lead_id
       join suppression s on s.tenant_id = l.tenant_id and s.email_hash = l.email_hash and s.lifted_at is null
     where m.state in ('PLANNED', 'QUEUED', 'DEFERRED'))
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label,
    m.state || ', though suppressed since ' || ${shownTime("s.created_at")} || ' (' || s.reason || ')' as detail
  from waiting w join message m on m.id = w.id join suppression s on s.id = w.suppression_id
    join campaign c on c.id = m.campaign_id
  where s.created_at < clock_timestamp() - ${GRACE} and m.planned_at < clock_timestamp() - ${GRACE}`,
};
