import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** ORGANISATION: one organisation's own freeze; INSTALLATION: nothing is mailed at all until the operator releases it. */
export const FREEZE_SCOPES = ["ORGANISATION", "INSTALLATION"] as const;
export type FreezeScope = (typeof FREEZE_SCOPES)[number];

/** Whether campaign mail of an organisation may be begun. */
export interface SendingState {
  readonly isFrozen: boolean;
  /** The wider of the two; null when nothing is frozen. */
  readonly scope: FreezeScope | null;
  readonly frozenAt: Date | null;
  readonly reason: string | null;
  /** Who froze it, by their name of today; null for the product and its operator. */
  readonly frozenBy: string | null;
  /** While frozen: mails that had been begun and have no answer yet. */
  readonly inFlight: number;
}

const STATE = statement<SendingState>(
  "sending_state",
  `select f.scope is not null as "isFrozen", f.scope, f.frozen_at as "frozenAt", f.reason, f.by as "frozenBy",
     case when f.scope is null then 0 else (select count(*) from message m where m.state = 'SENDING' and m.tenant_id = t.id) end as "inFlight"
   from tenant t left join lateral (
     select 1 as place, 'INSTALLATION' as scope, i.frozen_at, i.freeze_reason as reason, null as by from installation i where i.frozen_at is not null
     union all
     select 2, 'ORGANISATION', t.frozen_at, t.freeze_reason, (select u.name from app_user u where u.id = t.frozen_by) where t.frozen_at is not null
     order by place limit 1) f on true
   where t.id = $1`,
);

export async function findSendingState(reader: Reader, tenantId: Id): Promise<SendingState> {
  return (await reader.query(STATE, [tenantId]))[0]!;
}
