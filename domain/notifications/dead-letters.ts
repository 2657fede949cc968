import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** What has happened once may happen a thousand times: people hear of a type at most this often. */
const AT_MOST_EVERY_MINUTES = 15;

const NOTIFY = statement<{ userId: Id }>(
  "notify_dead_letter",
  `insert into notification (id, tenant_id, user_id, kind, title, detail, href)
   select uuid_v7(), m.tenant_id, m.user_id, 'DEAD_LETTER', $2, $3, $4 from membership m join app_user u on u.id = m.user_id
   where ($1::uuid is null or m.tenant_id = $1) and m.role = 'ADMIN' and u.status = 'ACTIVE'
     and not exists (select from notification n where n.tenant_id = m.tenant_id and n.user_id = m.user_id
       and n.kind = 'DEAD_LETTER' and n.title = $2 and n.created_at > now() - make_interval(mins => ${AT_MOST_EVERY_MINUTES}))
   returning user_id as "userId"`,
);

/**
 * Tells the administrators of the job's organisation, or of all when it is the product's own, that a job is dead.
 * @returns whom
 */
export async function notifyDeadLetter(
  reader: Reader,
  job: { readonly id: Id; readonly tenantId: Id | null; readonly type: string },
  error: string,
): Promise<Id[]> {
  const title = `${job.type} has failed for good`;
  const rows = await reader.query(NOTIFY, [job.tenantId, title, error, `/jobs/${job.id}`]);
  return rows.map(({ userId }) => userId);
}
