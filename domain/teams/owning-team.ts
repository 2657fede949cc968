import { invalid } from "../errors.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { isInScope } from "../access/scope.js";

const OPEN_TEAM = statement<{ id: Id }>(
  "open_team",
  "select id from team where tenant_id = $1 and id = $2 and archived_at is null for key share",
);

/**
 * Whose a new thing is: the team asked for, else the only team of its maker; null is the whole organisation.
 * @throws InvalidInputError when there is no such team among theirs, or they have several and name none
 */
export async function owningTeam(op: UnitOfWork, wanted: Id | null | undefined): Promise<Id | null> {
  const { teamIds } = op.scope;
  if (wanted == null) {
    if (teamIds === null || teamIds.length === 0) return null;
    if (teamIds.length === 1) return teamIds[0]!;
    throw invalid(["teamId"], "required", "You belong to several teams: say in teamId whose it is.");
  }
  const [team] = isInScope(op.scope, wanted) ? await op.query(OPEN_TEAM, [op.tenantId, wanted]) : [];
  if (!team) throw invalid(["teamId"], "exists", "There is no such team among yours.", wanted);
  return team.id;
}
