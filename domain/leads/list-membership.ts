import { inScope, type Scope } from "../access/scope.js";
import { InvalidInputError } from "../errors.js";
import { newId, type Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

const ADD_TO_LISTS = statement<object>(
  "add_to_lists",
  `insert into lead_list_member (tenant_id, list_id, lead_id)
   select $1, l, m from unnest($2::uuid[]) l cross join unnest($3::uuid[]) m on conflict do nothing`,
);
const KNOWN_LISTS = statement<{ id: Id }>(
  "known_lists",
  `select id from lead_list where tenant_id = $1 and id = any($2::uuid[]) and ${inScope("team_id", "$3")}`,
);
// An update that changes nothing, so that the list which is there is locked: it cannot be taken away before we commit.
const LIST_BY_NAME = statement<{ id: Id }>(
  "list_by_name",
  `insert into lead_list (id, tenant_id, team_id, name) values ($1, $2, $3, $4)
   on conflict (tenant_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), name)
   do update set name = excluded.name returning id`,
);

/** @throws InvalidInputError naming each list that is not the tenant's. */
export async function demandLists(reader: Reader, scope: Scope, listIds: readonly Id[]): Promise<void> {
  if (listIds.length === 0) return;
  const known = new Set(
    (await reader.query(KNOWN_LISTS, [scope.tenantId, listIds, scope.teamIds])).map((list) => list.id),
  );
  const issues = listIds.flatMap((id, at) =>
    known.has(id)
      ? []
      : [{ path: ["listIds", String(at)], rule: "exists", message: "There is no such list.", value: id }],
  );
  if (issues.length > 0) throw new InvalidInputError(issues);
}

/** @throws InvalidInputError naming each list that is not the tenant's. */
export async function addToLists(
  reader: Reader,
  scope: Scope,
  listIds: readonly Id[],
  leadIds: readonly Id[],
): Promise<void> {
  if (listIds.length === 0) return;
  await demandLists(reader, scope, listIds);
  await reader.query(ADD_TO_LISTS, [scope.tenantId, listIds, leadIds]);
}

/** The team's list of that name (without a team the organisation's), made when it is not there. */
export async function listByName(reader: Reader, tenantId: Id, teamId: Id | null, name: string): Promise<Id> {
  return (await reader.query(LIST_BY_NAME, [newId(), tenantId, teamId, name]))[0]!.id;
}
