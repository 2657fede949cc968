import type { Granter } from "../errors.js";
import { PERMISSION_NAMES, type Permission } from "./permissions.js";
import { ROLE_PERMISSIONS, rolesWith, type Role } from "./roles.js";

const TITLES: Readonly<Record<Role, string>> = { ADMIN: "Admin", MANAGER: "Manager", USER: "User" };
export const roleTitle = (role: Role): string => TITLES[role];

/** What a person may do with one permission, and why. */
export interface Ability {
  readonly permission: Permission;
  readonly granted: boolean;
  /** Where it holds: the whole organisation, or the person's teams and what has no team. */
  readonly scope: "TENANT" | "TEAMS";
  readonly reason: string;
}

/** @param teams names of the teams that the person belongs to */
export function abilityOf(role: Role, teams: readonly string[], permission: Permission): Ability {
  const granted = ROLE_PERMISSIONS[role].has(permission);
  const scope = role === "ADMIN" ? "TENANT" : "TEAMS";
  if (!granted) {
    const roles = rolesWith(permission).map(roleTitle).join(" or ");
    return {
      permission,
      granted,
      scope,
      reason: `The role ${roleTitle(role)} does not have it; ${roles} does.`,
    };
  }
  if (scope === "TENANT") return { permission, granted, scope, reason: `From the role ${roleTitle(role)}.` };
  const where =
    teams.length === 0
      ? "for what belongs to no team"
      : `in ${listed(teams)} and for what belongs to no team`;
  return { permission, granted, scope, reason: `From the role ${roleTitle(role)}, ${where}.` };
}

export const abilitiesOf = (role: Role, teams: readonly string[]): Ability[] =>
  PERMISSION_NAMES.map((permission) => abilityOf(role, teams, permission));

/** What a change of roles takes and gives, in the order of the matrix. */
export function roleDifference(from: Role, to: Role): { lost: Permission[]; gained: Permission[] } {
  const [before, after] = [ROLE_PERMISSIONS[from], ROLE_PERMISSIONS[to]];
  return {
    lost: PERMISSION_NAMES.filter((permission) => before.has(permission) && !after.has(permission)),
    gained: PERMISSION_NAMES.filter((permission) => after.has(permission) && !before.has(permission)),
  };
}

export interface Explanation extends Ability {
  readonly role: Role;
  readonly roles: readonly Role[];
  readonly grantedBy: readonly Granter[];
}

function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
