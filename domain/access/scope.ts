import type { Id } from "../ids.js";
import type { Actor } from "./actor.js";
import type { Role } from "./roles.js";

/**
 * Whose things an operation may touch: the tenant's, and of those the ones of these teams. What has no team belongs to
 * the whole organisation. `teamIds` null: all teams.
 */
export interface Scope {
  readonly tenantId: Id;
  readonly teamIds: readonly Id[] | null;
}

/** Administrators, jobs and the operator act in the whole tenant, everybody else in the teams they belong to. */
export function scopeOf(actor: Actor, tenantId: Id): Scope {
  return { tenantId, teamIds: actor.kind === "USER" ? teamsOpenTo(actor) : null };
}

/** Null: all of them. */
export function teamsOpenTo({ role, teamIds }: { readonly role: Role; readonly teamIds: readonly Id[] }) {
  return role === "ADMIN" ? null : teamIds;
}

/** SQL: the teams of the person of membership `m`, without archived ones. */
export const TEAMS_OF_MEMBER = `array(select tm.team_id from team_member tm join team on team.id = tm.team_id
  where tm.tenant_id = m.tenant_id and tm.user_id = m.user_id and team.archived_at is null order by 1)`;

/** The same for a row at hand. */
export function isInScope({ teamIds }: Scope, teamId: Id | null | undefined): boolean {
  return teamIds === null || teamId == null || teamIds.includes(teamId);
}

/** SQL: the row of `column` (a team's id, or null) is in the scope whose team ids are the parameter `teams`. */
export const inScope = (column: string, teams: string): string =>
  `(${teams}::uuid[] is null or ${column} is null or ${column} = any(${teams}::uuid[]))`;
