import type { PromiseDefinition } from "./promise.js";
import { BEGUN_AT, MESSAGE_LABEL, shownTime, TOLERANCE } from "./sql.js";

const messages = (suppression: string): string => `
  select m.tenant_id, 'MESSAGE' as kind, m.id::text as id, m.campaign_id, ${MESSAGE_LABEL} as label,
    'Begun ' || ${shownTime(BEGUN_AT)} || ', suppressed since ' || ${shownTime("s.created_at")} || ' (' || s.reason || ')' as detail
  from touched t join message m on m.id = t.id join campaign c on c.id = m.campaign_id join lead l on l.id = m.lead_id
    join suppression s on s.tenant_id = l.tenant_id and s.email_hash = l.email_hash and ${suppression}
  where ${BEGUN_AT} > s.created_at + ${TOLERANCE}`;

export const suppressedNotMailed: PromiseDefinition = {
  id: "SUPPRESSED_NOT_MAILED",
  title: "Nobody suppressed is mailed",
  sentence:
    "No mail is begun to an address that has unsubscribed, bounced, complained or was suppressed by hand at that time.",
  // Two questions, because each has an index of its own.
  offending: `${messages("s.lifted_at is null")} union all ${messages(`s.lifted_at is not null and s.lifted_at > ${BEGUN_AT}`)}`,
};
