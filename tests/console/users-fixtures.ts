import { abilitiesOf, roleDifference } from "../../domain/access/explain";
import { PERMISSION_NAMES, PERMISSIONS, permissionEnumName } from "../../domain/access/permissions";
import { ROLE_PERMISSIONS, rolesWith, type Role } from "../../domain/access/roles";
import type { Answers } from "./harness";

/** The product's own table, in the form in which the API gives it. */
export const permissions = PERMISSION_NAMES.map((wire) => ({
  wire,
  permission: permissionEnumName(wire),
  ...PERMISSIONS[wire],
  roles: rolesWith(wire),
}));

const roles = (["ADMIN", "MANAGER", "USER"] as const).map((role) => ({
  role,
  title: role,
  permissions: [...ROLE_PERMISSIONS[role]].map(permissionEnumName),
}));

export interface PersonSeed {
  id: string;
  name: string;
  role?: Role;
  status?: string;
  teams?: readonly string[];
  version?: number;
}

/** Somebody of the organisation, complete. */
export function person({ id, name, role = "USER", status = "ACTIVE", teams = [], version = 1 }: PersonSeed) {
  return {
    __typename: "User",
    id,
    name,
    email: `${name.split(" ")[0]?.toLowerCase()}@example.com`,
    role,
    status,
    version,
    createdAt: "2026-03-01T10:00:00.000Z",
    lastSeenAt: null,
    teams: teams.map((team) => ({ __typename: "Team", id: team, name: team })),
    invitation: null,
    sessions: [],
    effectivePermissions: abilitiesOf({
      role,
      status,
      teams: teams.map((name) => ({ name, isLead: role === "MANAGER" })),
    }).map((ability) => ({
      ...ability,
      permission: permissionEnumName(ability.permission),
    })),
  };
}

export const connection = (nodes: readonly object[]) => ({
  edges: nodes.map((node, index) => ({ cursor: String(index), node })),
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: nodes.length,
});

/** Whoever is signed in, with everything that the role has. */
export const signedInAs = (role: Role, more: object = {}) => ({
  id: "me",
  email: "me@example.com",
  name: "Me Myself",
  role,
  organisation: "Northwind",
  version: 1,
  teams: [],
  viewedBy: null,
  permissions: [...ROLE_PERMISSIONS[role]].map(permissionEnumName),
  ...more,
});

type People = readonly ReturnType<typeof person>[];

/** The queries of the Users page, answered for these people by an administrator's eyes. */
export function answersFor(people: () => People, more: Answers = {}): Answers {
  const find = (id: string) => people().find((each) => each.id === id) ?? null;
  return {
    me: () => signedInAs("ADMIN"),
    permissions: () => permissions,
    roles: () => roles,
    teams: () => connection([]),
    auditLogs: () => connection([]),
    users: () => connection(people()),
    user: ({ id }: { id: string }) => find(id),
    roleChangePreview: ({ userId, role }: { userId: string; role: Role }) => {
      const { lost, gained } = roleDifference(find(userId)?.role ?? "USER", role);
      const named = { lost: lost.map(permissionEnumName), gained: gained.map(permissionEnumName) };
      return { ...named, obstacle: null };
    },
    ...more,
  };
}
