import type { Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";

/** A team as lists and pages show it. Times are ISO 8601 text. */
export interface TeamView {
  readonly id: Id;
  readonly name: string;
  readonly isArchived: boolean;
  readonly createdAt: string;
  readonly version: number;
  readonly memberCount: number;
}

const COLUMNS = `t.id, t.name, t.archived_at is not null as "isArchived", t.created_at as "createdAt", t.version,
  (select count(*) from team_member m where m.team_id = t.id) as "memberCount"`;
/** SQL: administrators see all teams, everybody else their own. Parameters: 1 tenant, 2 team ids or null. */
const VISIBLE = "t.tenant_id = $1 and ($2::uuid[] is null or t.id = any($2::uuid[]))";
const BY_IDS = statement<TeamView>(
  "teams_by_ids",
  `select ${COLUMNS} from team t where ${VISIBLE} and t.id = any($3::uuid[])`,
);
const MATCHES = `${VISIBLE} and ($3::text is null or t.name ilike '%' || $3 || '%') and ($4::boolean or t.archived_at is null)`;
const COUNT = statement<{ count: number }>(
  "count_teams",
  `select count(*) as count from team t where ${MATCHES}`,
);
const ORDER: OrderColumn = { column: "t.name", type: "text" };

export interface TeamFilter {
  /** Part of the name. */
  readonly text?: string | null;
  readonly includeArchived?: boolean | null;
}

export function findTeams(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  ids: readonly Id[],
): Promise<TeamView[]> {
  return reader.query(BY_IDS, [tenantId, teamIds, ids]);
}

const filterValues = ({ tenantId, teamIds }: Scope, filter: TeamFilter) => [
  tenantId,
  teamIds,
  likeText(filter.text),
  filter.includeArchived ?? false,
];

/** Teams by name. */
export async function listTeams(
  reader: Reader,
  scope: Scope,
  filter: TeamFilter,
  request: PageRequest,
): Promise<Page<TeamView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "ASC", request.isBackward, "t.id", 5);
  const list = statement<TeamView & { sortKey: string }>(
    `list_teams_${name}`,
    `select ${COLUMNS}, t.name as "sortKey" from team t where ${MATCHES} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [...filterValues(scope, filter), ...keysetValues(ORDER, request)]),
    request,
  );
}

export async function countTeams(reader: Reader, scope: Scope, filter: TeamFilter): Promise<number> {
  return (await reader.query(COUNT, filterValues(scope, filter)))[0]!.count;
}

export interface TeamMemberView {
  readonly teamId: Id;
  readonly userId: Id;
  readonly isLead: boolean;
  readonly addedAt: string;
}

/** A team page shows so many; the count is exact. */
const MOST_MEMBERS = 500;

const MEMBERS = statement<TeamMemberView>(
  "members_of_teams",
  `select m.team_id as "teamId", m.user_id as "userId", m.is_lead as "isLead", m.added_at as "addedAt"
   from unnest($2::uuid[]) w cross join lateral (
     select tm.* from team_member tm join app_user u on u.id = tm.user_id where tm.tenant_id = $1 and tm.team_id = w
     order by tm.is_lead desc, u.name, u.id limit ${MOST_MEMBERS}) m`,
);

/** Leads first, then by name; at most 500 a team. */
export function membersOfTeams(
  reader: Reader,
  tenantId: Id,
  teamIds: readonly Id[],
): Promise<TeamMemberView[]> {
  return reader.query(MEMBERS, [tenantId, teamIds]);
}
