import type { PromiseDefinition } from "./promise.js";
import { BEGUN_AT, FROZEN_STEPS, MESSAGE_LABEL, shownTime } from "./sql.js";

const begun = `coalesce(${BEGUN_AT}, case when m.state = 'SENDING' then m.claimed_at end)`;

// A step that was left out by a rule, e.g. because it was overdue, is no longer waited for. Business days make a delay longer
// than its minutes; what is asked is whether these at least are over.
export const stepsInOrder: PromiseDefinition = {
  id: "STEPS_IN_ORDER",
  title: "Steps come in their order",
  sentence:
    "No step of a sequence is begun before the one before it was sent to the same lead, or left out by a rule, and its delay was over.",
  offending: `
  with ${FROZEN_STEPS},
   follow_up as (
     select f.version_id, f.position, f.delay_minutes,
       (select max(b.position) from frozen_step b where b.version_id = f.version_id and b.position < f.position) as before
     from frozen_step f)
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label,
    'Begun ' || ${shownTime(begun)} || case when p.sent_at is null then ', but step ' || f.before || ' was not sent'
      else ', allowed from ' || ${shownTime("p.sent_at + make_interval(mins => f.delay_minutes)")} || ' on' end as detail
  from touched t join message m on m.id = t.id join campaign c on c.id = m.campaign_id
    join follow_up f on f.version_id = m.version_id and f.position = m.step_position and f.before is not null
    left join lateral (select min(b.sent_at) as sent_at, coalesce(bool_or(b.state = 'SKIPPED'), false) as is_left_out from message b
      where b.enrollment_id = m.enrollment_id and b.step_position = f.before) p on true
  where ${begun} is not null and not p.is_left_out and (p.sent_at is null or ${begun} < p.sent_at + make_interval(mins => f.delay_minutes))`,
};
