import type { Id } from "#domain/ids.js";
import { findTeams, membersOfTeams, type TeamMemberView, type TeamView } from "#domain/teams/index.js";
import { defineLoader } from "../loaders.js";

/** Within the caller's scope. */
export const teamLoader = defineLoader<Id, TeamView>(
  async (op, ids) => new Map((await findTeams(op, op.scope, ids)).map((team) => [team.id, team])),
);

export const membersLoader = defineLoader<Id, TeamMemberView[]>(async (op, ids) => {
  const members = new Map<Id, TeamMemberView[]>(ids.map((id) => [id, []]));
  for (const member of await membersOfTeams(op, op.tenantId, ids)) members.get(member.teamId)?.push(member);
  return members;
});
