/** What has happened once may happen a thousand times: people hear of a type at most this often. */
const AT_MOST_EVERY_MINUTES = 15;

/**
 * SQL, for a CTE beside the one that ends jobs: tells the administrators of each dead job's organisation, or of all when
 * it is the product's own. In the same statement, so that no job is dead and untold, whatever dies next.
 * @param dead a query of `id`, `tenant_id`, `type` and `error`
 * @returns rows of `user_id` and the `job_id` that they were told of
 */
export const noticesOf = (dead: string): string =>
  `insert into notification (id, tenant_id, user_id, kind, title, detail, href)
   select uuid_v7(), m.tenant_id, m.user_id, 'DEAD_LETTER', d.type || ' has failed for good', d.error, '/jobs/' || d.id
   from (select distinct on (tenant_id, type) * from (${dead}) one order by tenant_id, type, id) d
   join membership m on (d.tenant_id is null or m.tenant_id = d.tenant_id) and m.role = 'ADMIN'
   join app_user u on u.id = m.user_id and u.status = 'ACTIVE'
   where not exists (select from notification n where n.tenant_id = m.tenant_id and n.user_id = m.user_id
       and n.kind = 'DEAD_LETTER' and n.title = d.type || ' has failed for good'
       and n.created_at > now() - make_interval(mins => ${AT_MOST_EVERY_MINUTES}))
   returning user_id, split_part(href, '/', 3)::uuid as job_id`;

/** SQL: whom the CTE `told` has told of the job. */
export const toldOf = (jobId: string): string => `array(select user_id from told where job_id = ${jobId})`;
