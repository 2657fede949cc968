import { statement, type UnitOfWork } from "../operation.js";
import { lockPaces, putOffUpToNow, setPace, WAITS_FOR } from "./pace.queries.js";
import { wakePutOff } from "./senders.jobs.js";
import type { SendingLimits } from "./sending-limits.queries.js";

/** The key of what domains have that are not listed; a claim makes their rows from it. */
export const OTHER_DOMAINS = "*";

const CLEAR = statement<object>(
  "clear_shared_paces",
  `delete from pace where tenant_id = $1 and ((kind = 'TENANT' and not $2::boolean)
     or (kind = 'DOMAIN' and key = '${OTHER_DOMAINS}' and not $3::boolean)
     or (kind = 'DOMAIN' and key <> '${OTHER_DOMAINS}' and key <> all($4::text[]) and not $3::boolean and slowed_at is null))`,
);
// A domain that has asked for less mail is still slowed down.
const TAKE_NONE = statement<object>(
  "take_no_pace",
  `update pace set per_hour = null, per_day = null, is_default = false, free_at = '-infinity', booked_at = '-infinity'
   where tenant_id = $1 and kind = 'DOMAIN' and key <> '${OTHER_DOMAINS}' and key <> all($2::text[])`,
);
const TAKE_DEFAULT = statement<object>(
  "take_default_pace",
  `update pace set per_hour = $2, per_day = $3, is_default = true, free_at = '-infinity', booked_at = '-infinity'
   where tenant_id = $1 and kind = 'DOMAIN' and key <> '${OTHER_DOMAINS}' and key <> all($4::text[])`,
);

/** The lanes keep these limits from the commit on; what was counted this hour and day counts, where there was a limit before. Enqueues campaigns.wakePutOff. */
export async function keepSharedPaces(op: UnitOfWork, limits: SendingLimits): Promise<void> {
  const { perHour, perDay, domainPerHour, domainPerDay, domains } = limits;
  await lockPaces(op, ["DOMAIN", "TENANT"]);
  const [isTenant, isOther] = [
    perHour !== null || perDay !== null,
    domainPerHour !== null || domainPerDay !== null,
  ];
  const listed = domains.map(({ domain }) => domain);
  await op.query(CLEAR, [op.tenantId, isTenant, isOther, listed]);
  if (isOther) await op.query(TAKE_DEFAULT, [op.tenantId, domainPerHour, domainPerDay, listed]);
  else await op.query(TAKE_NONE, [op.tenantId, listed]);
  if (isTenant) await setPace(op, "TENANT", "", { perHour, perDay });
  if (isOther) await setPace(op, "DOMAIN", OTHER_DOMAINS, { perHour: domainPerHour, perDay: domainPerDay });
  for (const { domain, ...own } of domains) await setPace(op, "DOMAIN", domain, own);
  const putOff = await putOffUpToNow(op, [WAITS_FOR.TENANT, WAITS_FOR.DOMAIN]);
  await op.enqueue(wakePutOff, { ...putOff, isPlannedAnew: true });
}
