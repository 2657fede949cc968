/**
 * SQL: the mailability that the suppressions of an address give it. Mailability is derived, never edited.
 * @param tenant, hash SQL expressions of tenant_id and email_hash.
 */
export const MAILABILITY_OF_HASH = (tenant: string, hash: string): string => `coalesce(
  (select case s.reason when 'UNSUBSCRIBED' then 'UNSUBSCRIBED' when 'HARD_BOUNCE' then 'BOUNCED'
     when 'COMPLAINT' then 'COMPLAINED' else 'UNSUBSCRIBED' end
   from suppression s where s.tenant_id = ${tenant} and s.email_hash = ${hash} and s.scope in ('ALL', 'MARKETING') and s.lifted_at is null
   order by s.scope limit 1), 'MAILABLE')`;
