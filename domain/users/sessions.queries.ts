import type { Id } from "../ids.js";
import { statement, type Reader, type RequestFacts } from "../operation.js";

/** A session that is open. Times are ISO 8601 text. */
export interface SessionView {
  readonly id: Id;
  readonly userId: Id;
  /** Where it was used last. */
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
}

/** As much of what a device says about itself as is kept. */
export const LONGEST_USER_AGENT = 300;

/** More than anybody has devices; the newest count. */
const MOST = 100;

const OF_USERS = statement<SessionView>(
  "sessions_of_users",
  `select s.id, s.user_id as "userId", coalesce(s.last_seen_ip, s.ip) as ip, s.user_agent as "userAgent", s.created_at as "createdAt",
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

const TOUCH = statement<object>(
  "touch_session",
  `update session set last_seen_at = now(), last_seen_ip = coalesce($2, last_seen_ip), user_agent = coalesce($3, user_agent)
   where id = $1 and revoked_at is null`,
);

/** Notes that a session is used, and from where. */
export async function touchSession(
  reader: Reader,
  sessionId: Id,
  { ip, userAgent }: Pick<RequestFacts, "ip" | "userAgent">,
): Promise<void> {
  await reader.query(TOUCH, [sessionId, ip ?? null, userAgent?.slice(0, LONGEST_USER_AGENT) ?? null]);
}
