import { graphql, type Introspected, type ResultOf } from "../api/graphql";

/** A person as the table and the head of the panel show them. */
export const PersonFragment = graphql(`
  fragment Person on User @_unmask {
    id
    email
    name
    role
    status
    lastSeenAt
    createdAt
    version
    teams {
      id
      name
    }
    invitation {
      expiresAt
    }
  }
`);

/** The last things that somebody did, for whoever may read the audit log. */
export const PersonActivityQuery = graphql(`
  query UsersPersonActivity($id: ID!) {
    auditLogs(first: 5, filter: { actorId: $id }) {
      edges {
        node {
          id
          at
          sentence
        }
      }
    }
  }
`);

export const PeopleQuery = graphql(
  `
    query UsersPeople($after: String, $filter: UserFilter, $orderBy: UserOrder, $counted: Boolean = false) {
      users(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
        edges {
          node {
            ...Person
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount @include(if: $counted)
      }
    }
  `,
  [PersonFragment],
);

export const PersonQuery = graphql(
  `
    query UsersPerson($id: ID!) {
      user(id: $id) {
        ...Person
        sessions {
          id
          device
          browser
          system
          ip
          createdAt
          lastSeenAt
          isCurrent
        }
        effectivePermissions {
          permission
          granted
          scope
          reason
        }
      }
    }
  `,
  [PersonFragment],
);

/** Somebody to look up by name or address. */
export const FindPeopleQuery = graphql(`
  query UsersFind($text: String!) {
    users(first: 8, filter: { text: $text }, orderBy: { field: NAME, direction: ASC }) {
      edges {
        node {
          id
          name
          email
          role
        }
      }
    }
  }
`);

export const AdminsQuery = graphql(`
  query UsersAdmins {
    users(first: 1, filter: { role: [ADMIN], status: [ACTIVE] }) {
      totalCount
    }
  }
`);

/** What one person may do, for the column of the matrix. */
export const PersonAbilitiesQuery = graphql(`
  query UsersAbilities($id: ID!) {
    user(id: $id) {
      id
      name
      role
      effectivePermissions {
        permission
        granted
        scope
        reason
      }
    }
  }
`);

export const TeamsQuery = graphql(`
  query UsersTeams {
    teams(first: 100) {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`);

export const PermissionsQuery = graphql(`
  query UsersPermissions {
    permissions {
      permission
      wire
      title
      description
      roles
    }
    roles {
      role
      title
      permissions
    }
  }
`);

export const RolePreviewQuery = graphql(`
  query UsersRolePreview($userId: ID!, $role: Role!) {
    roleChangePreview(userId: $userId, role: $role) {
      lost
      gained
      obstacle
    }
  }
`);

export const ExplainQuery = graphql(`
  query UsersExplain($permission: Permission!, $userId: ID!) {
    explainPermission(permission: $permission, userId: $userId) {
      permission
      granted
      role
      roles
      scope
      reason
      grantedBy {
        id
        name
        email
      }
    }
  }
`);

export type Role = Introspected<"Role">;
export type UserStatus = Introspected<"UserStatus">;
export type Person = ResultOf<typeof PersonFragment>;
export type PersonDetails = NonNullable<ResultOf<typeof PersonQuery>["user"]>;
export type Session = NonNullable<PersonDetails["sessions"]>[number];
export type Ability = NonNullable<PersonDetails["effectivePermissions"]>[number];
export type TeamChoice = ResultOf<typeof TeamsQuery>["teams"]["edges"][number]["node"];
export type PermissionText = ResultOf<typeof PermissionsQuery>["permissions"][number];
export type FoundPerson = ResultOf<typeof FindPeopleQuery>["users"]["edges"][number]["node"];
