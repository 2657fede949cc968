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

/** What somebody's abilities follow from. */
export interface Standing {
  readonly role: Role;
  /** As the person's account has it, e.g. ACTIVE. */
  readonly status: string;
  /** Those that they belong to. */
  readonly teams: readonly { readonly name: string; readonly isLead: boolean }[];
}

const IDLE: Readonly<Record<string, string>> = {
  INVITED: "They have not accepted their invitation yet",
  SUSPENDED: "They are suspended",
  ERASED: "They are erased",
};

export function abilityOf(standing: Standing, permission: Permission): Ability {
  const { role, status } = standing;
  const scope = role === "ADMIN" ? "TENANT" : "TEAMS";
  const told = (granted: boolean, reason: string): Ability => ({ permission, granted, scope, reason });
  if (!ROLE_PERMISSIONS[role].has(permission)) {
    const roles = rolesWith(permission).map(roleTitle).join(" or ");
    return told(false, `The role ${roleTitle(role)} does not have it; ${roles} does.`);
  }
  const idle = status === "ACTIVE" ? undefined : (IDLE[status] ?? "They cannot sign in");
  if (idle) return told(false, `${idle}; the role ${roleTitle(role)} would give it.`);
  if (scope === "TENANT") return told(true, `From the role ${roleTitle(role)}.`);
  const { granted, where } = reachOf(standing, permission);
  return told(granted, `From the role ${roleTitle(role)}, ${where}.`);
}

/** Where somebody has a permission whose role is bound to teams. Managing teams and their members needs one. */
function reachOf({ teams }: Standing, permission: Permission): { granted: boolean; where: string } {
  const all = teams.map(({ name }) => name);
  const led = teams.filter(({ isLead }) => isLead).map(({ name }) => name);
  if (permission === "team:manage")
    return led.length > 0
      ? { granted: true, where: `in ${listed(led)}, which they lead` }
      : { granted: false, where: "for teams that they lead; they lead none" };
  if (permission === "team:members")
    return all.length > 0
      ? { granted: true, where: `in ${listed(all)}` }
      : { granted: false, where: "for teams that they belong to; they belong to none" };
  const where =
    all.length > 0 ? `in ${listed(all)} and for what belongs to no team` : "for what belongs to no team";
  return { granted: true, where };
}

export const abilitiesOf = (standing: Standing): Ability[] =>
  PERMISSION_NAMES.map((permission) => abilityOf(standing, permission));

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
