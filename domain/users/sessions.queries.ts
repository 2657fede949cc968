import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** A session that is open. Times are ISO 8601 text. */
export interface SessionView {
  readonly id: Id;
  readonly userId: Id;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
}

/** More than anybody has devices; the newest count. */
const MOST = 100;

const OF_USERS = statement<SessionView>(
  "sessions_of_users",
  `select s.id, s.user_id as "userId", s.ip, s.user_agent as "userAgent", s.created_at as "createdAt",
     s.last_seen_at as "lastSeenAt", s.expires_at as "expiresAt"
   from unnest($2::uuid[]) w cross join lateral (
     select * from session s where s.tenant_id = $1 and s.user_id = w and s.revoked_at is null and s.expires_at > now()
     order by s.last_seen_at desc, s.id desc limit ${MOST}) s`,
);

/** Open sessions, the last used first; at most 100 a person. */
export function sessionsOfUsers(
  reader: Reader,
  tenantId: Id,
  userIds: readonly Id[],
): Promise<SessionView[]> {
  return reader.query(OF_USERS, [tenantId, userIds]);
}
