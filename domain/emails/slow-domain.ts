import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { SendResult } from "./outcome-of-reply.js";

/** A domain is never slowed to less an hour. */
export const SLOWEST_PER_HOUR = 10;
/** So long after it was slowed down last nothing is left of it. */
const RECOVERS_HOURS = 12;
/** What comes in together, or was on its way, slows it down once. */
const ONCE_IN_MINUTES = 5;

/** SQL: what a limit that was slowed down allows an hour by now: twice as much each hour; null: it was not, or has recovered. */
export const slowedNow = (pace: string): string =>
  `case when ${pace}.slowed_at > now() - interval '${RECOVERS_HOURS} hours' then
     least(100000000, ${pace}.slowed_per_hour * power(2, floor(extract(epoch from now() - ${pace}.slowed_at) / 3600)))::int end`;

/** "Not authorised", by which a server says "later" to whomever it does not know yet (RFC 6647): it asks for patience, not for less. */
const GREYLISTED = "4.7.1";

/**
 * The destination wants less mail for now: 4.7.x (RFC 3463, section 3.8), or a 421 to a recipient or a body that does not say
 * otherwise. Any other 421 is the relay's own, which goes away or has waited too long (4.3.2, 4.4.2).
 * @param result of a mail on a connection that stood
 */
export function asksForLess(result: SendResult): boolean {
  if (result.kind !== "refused" || result.phase === "mail") return false;
  const { code, enhancedCode, phase } = result;
  if (code === 421 && phase !== "connect") return enhancedCode === null || enhancedCode.startsWith("4.7.");
  return enhancedCode !== GREYLISTED && (enhancedCode?.startsWith("4.7.") ?? false);
}

const SLOW = statement<{ domain: string; perHour: number }>(
  "slow_domain",
  `with who as materialized (
     select m.tenant_id, split_part(l.email_canonical, '@', -1) as domain from message m join lead l on l.id = m.lead_id where m.id = $1
       and not exists (select from pace p where p.tenant_id = m.tenant_id and p.kind = 'DOMAIN' and p.key = split_part(l.email_canonical, '@', -1)
         and p.slowed_at > now() - interval '${ONCE_IN_MINUTES} minutes')
   ), sent as materialized (
     select count(*)::int as mails from who join message m on m.tenant_id = who.tenant_id and m.sent_at > now() - interval '1 hour'
       join lead l on l.id = m.lead_id and split_part(l.email_canonical, '@', -1) = who.domain
   )
   insert into pace (tenant_id, kind, key, per_hour, per_day, is_default, slowed_per_hour, slowed_at)
   select who.tenant_id, 'DOMAIN', who.domain, d.per_hour, d.per_day, d.key is not null,
     greatest(${SLOWEST_PER_HOUR}, least(sent.mails, d.per_hour) / 2), now()
   from who cross join sent left join pace d on d.tenant_id = who.tenant_id and d.kind = 'DOMAIN' and d.key = '*'
   on conflict (tenant_id, kind, key) do update set slowed_at = now(), slowed_per_hour =
     greatest(${SLOWEST_PER_HOUR}, least(excluded.slowed_per_hour, pace.per_hour / 2, ${slowedNow("pace")} / 2))
     where pace.slowed_at is null or pace.slowed_at < now() - interval '${ONCE_IN_MINUTES} minutes'
   returning key as domain, slowed_per_hour as "perHour"`,
);

/**
 * Halves the pace of the organisation's mail to the domain of a message, of what it took in the last hour; other domains are
 * not touched. Null: it was slowed down a moment ago.
 */
export async function slowDomain(
  reader: Reader,
  messageId: Id,
): Promise<{ readonly domain: string; readonly perHour: number } | null> {
  return (await reader.query(SLOW, [messageId]))[0] ?? null;
}

const SLOWED = statement<{ domain: string; perHour: number; since: string }>(
  "slowed_domains",
  `select key as domain, least(p.per_hour, ${slowedNow("p")}) as "perHour", slowed_at as since from pace p
   where tenant_id = $1 and kind = 'DOMAIN' and ${slowedNow("p")} is not null order by slowed_at desc limit 100`,
);

/** Domains that have asked for less mail, and what they get an hour by now; at most 100, the newest first. */
export function findSlowedDomains(reader: Reader, tenantId: Id) {
  return reader.query(SLOWED, [tenantId]);
}
