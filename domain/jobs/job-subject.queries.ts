import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

export const SUBJECT_TYPES = ["campaign", "import", "user"] as const;

/** What a job is about: the campaign, import or person that its payload names. */
export interface JobSubject {
  readonly type: (typeof SUBJECT_TYPES)[number];
  readonly id: Id;
  readonly label: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that a payload names; null when it is about nothing. */
export function subjectIdOf(payload: unknown): Id | null {
  const named = (payload ?? {}) as Readonly<Record<string, unknown>>;
  const id = named["campaignId"] ?? named["importId"] ?? named["userId"];
  return typeof id === "string" && UUID.test(id) ? id.toLowerCase() : null;
}

const SUBJECTS = statement<JobSubject>(
  "job_subjects",
  `select 'campaign' as type, id, name as label from campaign where tenant_id = $1 and id = any($2::uuid[])
   union all
   select 'import', id, coalesce(file_name, 'Import') from import_batch where tenant_id = $1 and id = any($2::uuid[])
   union all
   select 'user', u.id, u.name from app_user u join membership m on m.user_id = u.id
   where m.tenant_id = $1 and u.id = any($2::uuid[])`,
);

/** Of the organisation alone; all of a page in one statement. */
export async function jobSubjects(
  reader: Reader,
  tenantId: Id,
  ids: readonly Id[],
): Promise<Map<Id, JobSubject>> {
  return new Map((await reader.query(SUBJECTS, [tenantId, ids])).map((subject) => [subject.id, subject]));
}

const ADDRESSES = statement<{ id: Id; email: string }>(
  "addresses_of_members",
  `select u.id, u.email from app_user u join membership m on m.user_id = u.id
   where m.tenant_id = $1 and u.id = any($2::uuid[])`,
);

const KNOWN = statement<{ email: string }>(
  "known_addresses_of_jobs",
  `select u.email from app_user u join membership m on m.user_id = u.id
   where m.tenant_id = $1 and u.email = any($2::text[])`,
);

/** Those of the addresses that belong to people of the organisation. */
export async function knownAddresses(
  reader: Reader,
  tenantId: Id,
  emails: readonly string[],
): Promise<Map<string, string>> {
  return new Map((await reader.query(KNOWN, [tenantId, emails])).map(({ email }) => [email, email]));
}

/** E-mail addresses of people of the organisation; nobody is told who belongs to another. */
export async function memberAddresses(
  reader: Reader,
  tenantId: Id,
  ids: readonly Id[],
): Promise<Map<Id, string>> {
  return new Map((await reader.query(ADDRESSES, [tenantId, ids])).map(({ id, email }) => [id, email]));
}
