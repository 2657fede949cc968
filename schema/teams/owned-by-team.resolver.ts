import { Ctx, FieldResolver, Resolver, Root, type ClassType } from "type-graphql";
import { Campaign } from "../campaigns/campaign.type.js";
import type { SchemaContext } from "../context.js";
import { Import } from "../leads/import.type.js";
import { Lead, LeadList } from "../leads/lead.type.js";
import { Team, teamOf } from "./team.type.js";
import { teamLoader } from "./teams.loaders.js";

/** `team` of everything that a team can own; null: the whole organisation's. */
function ownedByTeam(type: ClassType<{ teamId: string | null }>): ClassType {
  @Resolver(() => type)
  class OwnedByTeam {
    @FieldResolver(() => Team, {
      nullable: true,
      description: "Whose it is; null: the whole organisation's.",
    })
    async team(@Root() { teamId }: { teamId: string | null }, @Ctx() { loaders }: SchemaContext) {
      const team = teamId === null ? null : await loaders.get(teamLoader).load(teamId);
      return team && teamOf(team);
    }
  }
  return OwnedByTeam;
}

export const OwnedByTeamResolvers = {
  campaign: ownedByTeam(Campaign),
  lead: ownedByTeam(Lead),
  list: ownedByTeam(LeadList),
  import: ownedByTeam(Import),
} as const;
