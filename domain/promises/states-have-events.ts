import type { PromiseDefinition } from "./promise.js";
import { MESSAGE_LABEL } from "./sql.js";
import { eventsOf, MOVES } from "./state-events.js";

export const statesHaveEvents: PromiseDefinition = {
  id: "STATES_HAVE_EVENTS",
  title: "Every state has its event",
  sentence: "The state of each message is the one that its newest event tells of.",
  offending: `
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label,
    m.state || ', but ' || coalesce('the newest event is ' || e.type, 'there is no event') as detail
  from touched t join message m on m.id = t.id join campaign c on c.id = m.campaign_id
    left join lateral (select type from message_event e where e.message_id = m.id and e.type = any(${MOVES})
      order by e.seq desc limit 1) e on true
  where e.type is null or e.type <> all(${eventsOf("m.state")})`,
};
