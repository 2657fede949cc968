import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** What an alert is about, in words. */
export interface AlertFacts {
  readonly rule: string;
  readonly signal: string;
  readonly value: string;
  readonly limit: string;
  /** In UTC. */
  readonly since: string;
  readonly until: string | null;
}

/** What a mail of the product itself needs to know. */
export interface NoticeFacts {
  /** Only of ALERT and ALERT_OVER. */
  readonly alert?: AlertFacts;
  readonly email: string;
  readonly name: string;
  readonly status: string;
  readonly organisation: string;
  /** Who caused it, e.g. invited them. */
  readonly by: string | null;
}

const FACTS = statement<NoticeFacts>(
  "notice_facts",
  `select u.email, u.name, u.status, t.name as organisation,
     (select b.name from one_time_token o join app_user b on b.id = o.created_by where o.id = $3) as by
   from membership m join app_user u on u.id = m.user_id join tenant t on t.id = m.tenant_id
   where m.tenant_id = $1 and m.user_id = $2`,
);

export async function findNoticeFacts(
  reader: Reader,
  tenantId: Id,
  userId: Id,
  tokenId: Id | null,
): Promise<NoticeFacts | null> {
  return (await reader.query(FACTS, [tenantId, userId, tokenId]))[0] ?? null;
}
