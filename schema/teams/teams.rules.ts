import {
  addTeamMember,
  archiveTeam,
  createTeam,
  removeTeamMember,
  updateSettings,
  updateTeam,
} from "#domain/teams/index.js";
import type { ShelfRules } from "../access/rules.js";

export const teamsRules: ShelfRules = {
  Query: { team: "team:read", teams: "team:read", settings: "system:settings" },
  Mutation: {
    createTeam: createTeam.permission,
    updateTeam: updateTeam.permission,
    archiveTeam: archiveTeam.permission,
    addTeamMember: addTeamMember.permission,
    removeTeamMember: removeTeamMember.permission,
    updateSettings: updateSettings.permission,
  },
};
