import type { PromiseDefinition } from "./promise.js";
import { FROZEN_STEPS, MESSAGE_LABEL, shownTime } from "./sql.js";
import { MOVES } from "./state-events.js";

const HAS_LEFT = (m: string): string =>
  `(${m}.sent_at is not null or ${m}.intent_at is not null or ${m}.state in ('SENT', 'DELIVERED', 'COMPLAINED', 'UNCERTAIN'))`;

// The unique keys forbid two messages of one step for one lead; what they cannot forbid is asked here: the same message
// twice, another step in the same place, a step that no launch has frozen.
export const neverTwice: PromiseDefinition = {
  id: "NEVER_TWICE",
  title: "Nobody gets a step twice",
  sentence:
    "A lead gets each step of a campaign once: a message is sent once, is not begun again unless the attempt before was certainly refused, and there is no second one in its place.",
  offending: `
  with ${FROZEN_STEPS},
   move as (
     select e.message_id, e.type, e.at, lag(e.type) over (partition by e.message_id order by e.seq) as before,
       count(*) filter (where e.type = 'sent') over (partition by e.message_id order by e.seq rows between unbounded preceding and 1 preceding) as sent_before
     from touched t join message_event e on e.message_id = t.id where e.type = any(${MOVES})),
   again as (
     select message_id as id, case
         when type = 'sent' then 'Sent a second time ' || ${shownTime("at")}
         when sent_before > 0 then 'Begun again ' || ${shownTime("at")} || ', after it was sent'
         else 'Begun again ' || ${shownTime("at")} || ', after ' || before end as detail
     from move where (type in ('sent', 'claimed') and sent_before > 0) or (type = 'claimed' and before in ('claimed', 'uncertain'))
     union all
     select m.id, 'Another message of this step to the same lead has left: ' || o.id
     from touched t join message m on m.id = t.id join message o on o.lead_id = m.lead_id and o.campaign_id = m.campaign_id
       and o.step_position = m.step_position and o.id <> m.id
     where ${HAS_LEFT("m")} and ${HAS_LEFT("o")}
     union all
     select m.id, 'It has left as a step that the launch did not freeze'
     from touched t join message m on m.id = t.id
     where ${HAS_LEFT("m")} and not exists (select from frozen_step f
       where f.version_id = m.version_id and f.step_id = m.step_id and f.position = m.step_position)
     -- Also where the other one is not among those that are looked at.
     union all
     select o.id, 'Another message of this step to the same lead has left: ' || m.id
     from touched t join message m on m.id = t.id join message o on o.lead_id = m.lead_id and o.campaign_id = m.campaign_id
       and o.step_position = m.step_position and o.id <> m.id
     where ${HAS_LEFT("m")} and ${HAS_LEFT("o")})
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label, again.detail
  from again join message m on m.id = again.id join campaign c on c.id = m.campaign_id`,
};
