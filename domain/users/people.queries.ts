import type { Role } from "../access/roles.js";
import type { Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type Direction, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import { inDirectory } from "../teams/index.js";
import { IS_BACKED } from "./one-time-token.js";
import type { UserStatus } from "./user.entity.js";

/** A person as the directory shows them. Times are ISO 8601 text. */
export interface UserView {
  readonly id: Id;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: UserStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly lastSeenAt: string | null;
  /** Until when an open invitation is good. */
  readonly invitedUntil: string | null;
  readonly teams: readonly { readonly id: Id; readonly name: string; readonly isLead: boolean }[];
}

const LAST_SEEN =
  "(select max(s.last_seen_at) from session s where s.tenant_id = m.tenant_id and s.user_id = u.id)";

const COLUMNS = `u.id, u.email, u.name, m.role, u.status, m.version, m.created_at as "createdAt",
  seen.at as "lastSeenAt",
  (select to_char(max(t.expires_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from one_time_token t
     where t.tenant_id = m.tenant_id and t.user_id = u.id and t.purpose = 'INVITATION' and t.used_at is null and t.expires_at > now() and ${IS_BACKED}) as "invitedUntil",
  coalesce((select json_agg(json_build_object('id', team.id, 'name', team.name, 'isLead', tm.is_lead) order by team.name)
     from team_member tm join team on team.id = tm.team_id
     where tm.tenant_id = m.tenant_id and tm.user_id = u.id and team.archived_at is null
       and ($2::uuid[] is null or team.id = any($2::uuid[]))), '[]') as teams`;
const FROM = `membership m join app_user u on u.id = m.user_id cross join lateral (select ${LAST_SEEN} as at) seen`;

/** SQL: who is in the caller's directory. Parameters: 1 tenant, 2 team ids or null, 3 the caller. */
const IN_DIRECTORY = `m.tenant_id = $1 and ${inDirectory("$2", "$3")}`;

const BY_IDS = statement<UserView>(
  "users_by_ids",
  `select ${COLUMNS} from ${FROM} where ${IN_DIRECTORY} and u.id = any($4::uuid[])`,
);

export function findUsers(
  reader: Reader,
  scope: Scope,
  self: Id | null,
  ids: readonly Id[],
): Promise<UserView[]> {
  return reader.query(BY_IDS, [scope.tenantId, scope.teamIds, self, ids]);
}

export interface UserFilter {
  /** Part of the name or the address. */
  readonly text?: string | null;
  readonly role?: readonly Role[] | null;
  readonly status?: readonly UserStatus[] | null;
  readonly teamId?: Id | null;
}

const ORDERS = {
  NAME: { column: "u.name", type: "text" },
  LAST_SEEN_AT: { column: "coalesce(seen.at, 'epoch'::timestamptz)", type: "timestamptz" },
  CREATED_AT: { column: "m.created_at", type: "timestamptz" },
} as const satisfies Record<string, OrderColumn>;
export type UserOrderField = keyof typeof ORDERS;

const MATCHES = `${IN_DIRECTORY} and ($4::text is null or concat_ws(' ', u.name, u.email) ilike '%' || $4 || '%')
  and ($5::text[] is null or m.role = any($5)) and ($6::text[] is null or u.status = any($6))
  and ($7::uuid is null or exists (select from team_member tm where tm.team_id = $7 and tm.user_id = u.id and tm.tenant_id = m.tenant_id
    and ($2::uuid[] is null or tm.team_id = any($2::uuid[]))))`;
const COUNT = statement<{ count: number }>(
  "count_users",
  `select count(*) as count from membership m join app_user u on u.id = m.user_id where ${MATCHES}`,
);

const filterValues = ({ tenantId, teamIds }: Scope, self: Id | null, filter: UserFilter) => [
  tenantId,
  teamIds,
  self,
  likeText(filter.text),
  filter.role?.length ? filter.role : null,
  filter.status?.length ? filter.status : null,
  filter.teamId ?? null,
];

export async function listUsers(
  reader: Reader,
  scope: Scope,
  self: Id | null,
  filter: UserFilter,
  order: { readonly field: UserOrderField; readonly direction: Direction },
  request: PageRequest,
): Promise<Page<UserView & { readonly sortKey: string }>> {
  const column = ORDERS[order.field];
  const { name, beyond, tail } = keyset(column, order.direction, request.isBackward, "u.id", 8);
  const list = statement<UserView & { sortKey: string }>(
    `list_users_${name}`,
    `select ${COLUMNS}, ${column.column}::text as "sortKey" from ${FROM} where ${MATCHES} and ${beyond} ${tail}`,
  );
  const values = [...filterValues(scope, self, filter), ...keysetValues(column, request)];
  return pageOf(await reader.query(list, values), request);
}

export async function countUsers(
  reader: Reader,
  scope: Scope,
  self: Id | null,
  filter: UserFilter,
): Promise<number> {
  return (await reader.query(COUNT, filterValues(scope, self, filter)))[0]!.count;
}
