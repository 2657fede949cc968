import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { PlannedLead } from "../planning/index.js";
import { MAY_BE_MAILED_BY } from "./audience.js";
import type { Audience } from "./campaign.entity.js";

/** Beyond it an audience begins. */
export const FIRST_BATCH = "00000000-0000-0000-0000-000000000000";
const BATCH = 2000;

export interface AudienceLead extends PlannedLead {
  readonly isEnrolled: boolean;
  /** Null: it may be mailed. */
  readonly skipReason: string | null;
}

const READ_AUDIENCE = statement<AudienceLead>(
  "read_audience",
  `with listed as (
     select m.lead_id from jsonb_array_elements_text($4::jsonb->'listIds') list,
       lateral (select lead_id from lead_list_member m where m.list_id = list::uuid and m.tenant_id = $2
         and m.lead_id > $3::uuid and m.added_at <= $6::timestamptz order by m.lead_id limit ${BATCH}) m
     union
     select lead::uuid from jsonb_array_elements_text($4::jsonb->'leadIds') lead where lead::uuid > $3::uuid)
   select l.id as "leadId", l.timezone, split_part(l.email_canonical, '@', -1) as domain,
     exists (select from enrollment e where e.campaign_id = $1 and e.lead_id = l.id) as "isEnrolled",
     case when not ${MAY_BE_MAILED_BY("$5::uuid")} then 'NOT_IN_SCOPE' else case l.mailability when 'MAILABLE' then null
       when 'ERASED' then 'ERASED' when 'INVALID' then 'INVALID_ADDRESS' else 'SUPPRESSED' end end as "skipReason"
   from listed join lead l on l.id = listed.lead_id and l.tenant_id = $2
   order by l.id limit ${BATCH}`,
);

export interface PlannedAudience {
  readonly campaignId: Id;
  readonly tenantId: Id;
  readonly teamId: Id | null;
  readonly audience: Audience;
  /** Whoever came into a list after it is not meant; null: everybody who is in it now. */
  readonly launchedAt: string | null;
}

/** A batch of the audience beyond a lead, in the order in which it is planned: by id. */
export function readAudience(reader: Reader, of: PlannedAudience, after: Id): Promise<AudienceLead[]> {
  const { campaignId, tenantId, teamId, audience, launchedAt } = of;
  return reader.query(READ_AUDIENCE, [
    campaignId,
    tenantId,
    after,
    JSON.stringify(audience),
    teamId,
    launchedAt ?? "infinity",
  ]);
}
