type Role = "ADMIN" | "MANAGER" | "USER";

export const union = (name: string) => ({ __typename: name });

export const meAs = (role: Role) => () => ({
  __typename: "Me",
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role,
  permissions: ["TEAM_READ", "TEAM_MANAGE", "TEAM_MEMBERS_MANAGE", "USER_READ"],
  teams: [],
  organisation: "Northwind",
});

export const memberOf = (id: string, name: string, role: Role, isLead = false) => ({
  isLead,
  addedAt: "2026-03-01T10:00:00.000Z",
  user: {
    __typename: "User",
    id,
    name,
    email: `${name.toLowerCase()}@example.com`,
    role,
    status: "ACTIVE",
  },
});

/** A team as the API answers it; without members unless some are given. */
export const teamOf = (
  id: string,
  name: string,
  rest: { members?: ReturnType<typeof memberOf>[]; mayManage?: boolean; version?: number } = {},
) => ({
  __typename: "Team",
  id,
  name,
  isArchived: false,
  createdAt: "2026-03-01T10:00:00.000Z",
  memberCount: rest.members?.length ?? 0,
  members: rest.members ?? [],
  mayManage: rest.mayManage ?? true,
  version: rest.version ?? 1,
});

export const connectionOf = <Node extends { id: string }>(nodes: readonly Node[]) => ({
  edges: nodes.map((node) => ({ cursor: node.id, node })),
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: nodes.length,
});
