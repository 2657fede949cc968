import type { Role } from "../access/roles.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { UserStatus } from "./user.entity.js";

export interface SignInRow {
  readonly userId: Id;
  readonly tenantId: Id;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: UserStatus;
  readonly passwordHash: string | null;
  /** They have signed in from this network within 30 days. */
  readonly isKnownHere: boolean;
}

const SIGN_IN_ROW = statement<SignInRow>(
  "sign_in_row",
  `select u.id as "userId", m.tenant_id as "tenantId", u.email, u.name, m.role, u.status, u.password_hash as "passwordHash",
     exists (select from session s where s.user_id = u.id and s.tenant_id = m.tenant_id
       and network_of(s.ip) = network_of($2) and s.created_at > now() - interval '30 days') as "isKnownHere"
   from app_user u join membership m on m.user_id = u.id
   where u.email_canonical = $1 order by m.created_at limit 1`,
);

/** The person behind an address, with their first membership. */
export async function findForSignIn(
  reader: Reader,
  emailCanonical: string,
  ip: string,
): Promise<SignInRow | null> {
  return (await reader.query(SIGN_IN_ROW, [emailCanonical, ip]))[0] ?? null;
}

export interface MeRow {
  readonly id: Id;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string;
  readonly version: number;
  readonly teams: readonly { readonly id: Id; readonly name: string }[];
}

const ME = statement<MeRow>(
  "me",
  `select u.id, u.email, u.name, m.role, m.version, t.name as organisation,
     coalesce((select json_agg(json_build_object('id', team.id, 'name', team.name) order by team.name)
       from team_member tm join team on team.id = tm.team_id
       where tm.user_id = u.id and tm.tenant_id = $1 and team.archived_at is null), '[]') as teams
   from app_user u join membership m on m.user_id = u.id and m.tenant_id = $1 join tenant t on t.id = $1
   where u.id = $2`,
);

export async function findMe(reader: Reader, tenantId: Id, userId: Id): Promise<MeRow | null> {
  return (await reader.query(ME, [tenantId, userId]))[0] ?? null;
}

/** Whoever a session is handed out to. */
export type Holder = Pick<SignInRow, "email" | "name" | "role"> & { readonly id: Id };

const HOLDER = statement<Holder>(
  "holder_of_session",
  `select u.id, u.email, u.name, m.role from session s join app_user u on u.id = s.user_id
     join membership m on m.user_id = u.id and m.tenant_id = s.tenant_id
     join refresh_token r on r.session_id = s.id and r.token_hash = $2
   where s.id = $1 and s.revoked_at is null and s.expires_at > now() and u.status = 'ACTIVE'
     and (r.used_at is null or r.used_at > clock_timestamp() - make_interval(secs => $3))`,
);

/**
 * Whose session it is; null when it has ended, or when its refresh token was used more than so many seconds ago: that
 * token would end the session of whoever used it again.
 */
export async function findHolder(
  reader: Reader,
  sessionId: Id,
  tokenHash: Buffer,
  usedWithinSeconds = 0,
): Promise<Holder | null> {
  return (await reader.query(HOLDER, [sessionId, tokenHash, usedWithinSeconds]))[0] ?? null;
}

const KNOWN_PASSWORD = statement<{ passwordHash: string | null }>(
  "password_hash_of_person",
  `select password_hash as "passwordHash" from app_user where id = $1`,
);

export async function findPasswordHash(reader: Reader, userId: Id): Promise<string | null> {
  return (await reader.query(KNOWN_PASSWORD, [userId]))[0]?.passwordHash ?? null;
}

const ADDRESS = statement<{ emailCanonical: string }>(
  "address_of_person",
  `select email_canonical as "emailCanonical" from app_user where id = $1`,
);

/** As the throttle knows a person. */
export async function findAddress(reader: Reader, userId: Id): Promise<string | null> {
  return (await reader.query(ADDRESS, [userId]))[0]?.emailCanonical ?? null;
}

const HAS_USERS = statement<{ exists: boolean }>(
  "has_users",
  "select exists (select from app_user) as exists",
);

export async function hasUsers(reader: Reader): Promise<boolean> {
  return (await reader.query(HAS_USERS))[0]!.exists;
}
