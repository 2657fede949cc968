import type { PromiseDefinition } from "./promise.js";
import { BEGUN_AT, MESSAGE_LABEL, shownTime, TOLERANCE } from "./sql.js";

const begun = `coalesce(${BEGUN_AT}, case when m.state = 'SENDING' then m.claimed_at end)`;

// Only what stands still now has a time since when: a pause that is over is not known any more.
export const stoppedSendsNothing: PromiseDefinition = {
  id: "STOPPED_SENDS_NOTHING",
  title: "What is stopped sends nothing",
  sentence:
    "No mail is claimed or begun of a campaign that was never launched, or while it is paused, halted, cancelled or over, or while its organisation or the installation is frozen.",
  offending: `
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label,
    'Begun ' || ${shownTime(begun)} || ', ' || s.what || coalesce(' since ' || ${shownTime("s.at")}, '') as detail
  from touched t join message m on m.id = t.id join campaign c on c.id = m.campaign_id join tenant o on o.id = m.tenant_id
    cross join installation i
    cross join lateral (values
      ('the installation is frozen', i.frozen_at, i.frozen_at),
      ('the organisation is frozen', o.frozen_at, o.frozen_at),
      ('the campaign was never launched', case when c.launched_at is null then '-infinity'::timestamptz end, null),
      ('the campaign is ' || lower(c.status),
        case c.status when 'PAUSED' then coalesce(c.paused_at, c.updated_at) when 'COMPLETED' then c.completed_at
          when 'ARCHIVED' then coalesce(c.completed_at, c.updated_at) when 'CANCELLED' then c.updated_at
          when 'HALTED' then c.updated_at end, c.updated_at)) as s (what, since, at)
  where ${begun} > s.since + ${TOLERANCE}`,
};
