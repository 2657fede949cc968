import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** A message that was handed over, with its lead as it is now. */
export interface HandedOver {
  readonly id: Id;
  readonly campaign_id: Id;
  readonly lead_id: Id;
  readonly version_id: Id;
  readonly step_id: Id;
  readonly variant: number;
  /** Whom it is from; null: the campaign's own address. */
  readonly sender_id: Id | null;
  readonly claimed_at: string | null;
  readonly header: string;
  readonly digest: Buffer;
  readonly email: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly timezone: string | null;
  readonly custom_fields: Record<string, unknown>;
  readonly isLeadChanged: boolean;
  readonly thread: readonly string[] | null;
}

const HANDED_OVER = statement<HandedOver>(
  "handed_over",
  `select m.id, m.campaign_id, m.lead_id, m.version_id, m.step_id, m.variant, e.sender_id, m.claimed_at, m.message_id_header as header, m.body_digest as digest,
     l.email, l.first_name, l.last_name, l.company, l.title, l.timezone, l.custom_fields,
     l.updated_at > m.claimed_at as "isLeadChanged",
     case when m.step_position > 1 then (
       select array_agg(earlier.message_id_header order by earlier.step_position) from message earlier
       where earlier.enrollment_id = m.enrollment_id and earlier.step_position < m.step_position and earlier.sent_at is not null
     ) end as thread
   from message m join lead l on l.id = m.lead_id join enrollment e on e.id = m.enrollment_id
   where m.tenant_id = $1 and m.id = any($2::uuid[]) and m.body_digest is not null and m.variant is not null
     and m.message_id_header is not null and l.mailability <> 'ERASED'`,
);

/** Those of them whose mail was made. */
export function handedOver(reader: Reader, tenantId: Id, ids: readonly Id[]): Promise<HandedOver[]> {
  return reader.query(HANDED_OVER, [tenantId, ids]);
}
