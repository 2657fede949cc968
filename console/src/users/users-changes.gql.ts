import { graphql } from "../api/graphql";
import { PersonFragment } from "./users.gql";

export const InviteUser = graphql(
  `
    mutation UsersInvite($input: InviteUserInput!, $key: String) {
      outcome: inviteUser(input: $input, idempotencyKey: $key) {
        kind: __typename
        ... on InviteUserSuccess {
          user {
            ...Person
          }
        }
        ... on InvalidInput {
          code
          message
          path
          issues {
            path
            message
          }
        }
        ... on Conflict {
          code
          message
          path
        }
      }
    }
  `,
  [PersonFragment],
);

export const ResendInvitation = graphql(
  `
    mutation UsersResendInvitation($id: ID!) {
      outcome: resendInvitation(id: $id) {
        kind: __typename
        ... on ResendInvitationSuccess {
          user {
            ...Person
          }
        }
        ... on InvalidInput {
          code
          message
        }
        ... on InvalidTransition {
          code
          message
        }
        ... on Conflict {
          code
          message
        }
      }
    }
  `,
  [PersonFragment],
);

export const UpdateUser = graphql(
  `
    mutation UsersUpdate($input: UpdateUserInput!) {
      outcome: updateUser(input: $input) {
        kind: __typename
        ... on UpdateUserSuccess {
          user {
            ...Person
          }
        }
        ... on InvalidInput {
          code
          message
          path
          issues {
            path
            message
          }
        }
        ... on Conflict {
          code
          message
          path
          currentVersion
        }
      }
    }
  `,
  [PersonFragment],
);

export const AssignRole = graphql(
  `
    mutation UsersAssignRole($userId: ID!, $role: Role!, $expectedVersion: Int) {
      outcome: assignRole(userId: $userId, role: $role, expectedVersion: $expectedVersion) {
        kind: __typename
        ... on AssignRoleSuccess {
          user {
            ...Person
            effectivePermissions {
              permission
              granted
              scope
              reason
            }
          }
        }
        ... on InvalidInput {
          code
          message
        }
        ... on Conflict {
          code
          message
        }
        ... on LastAdmin {
          code
          message
        }
      }
    }
  `,
  [PersonFragment],
);

export const SuspendUser = graphql(
  `
    mutation UsersSuspend($id: ID!) {
      outcome: suspendUser(id: $id) {
        kind: __typename
        ... on SuspendUserSuccess {
          user {
            ...Person
          }
        }
        ... on InvalidInput {
          code
          message
        }
        ... on InvalidTransition {
          code
          message
        }
        ... on Conflict {
          code
          message
        }
        ... on LastAdmin {
          code
          message
        }
      }
    }
  `,
  [PersonFragment],
);

export const ReactivateUser = graphql(
  `
    mutation UsersReactivate($id: ID!) {
      outcome: reactivateUser(id: $id) {
        kind: __typename
        ... on ReactivateUserSuccess {
          user {
            ...Person
          }
        }
        ... on InvalidInput {
          code
          message
        }
        ... on InvalidTransition {
          code
          message
        }
        ... on Conflict {
          code
          message
        }
      }
    }
  `,
  [PersonFragment],
);

export const EraseUser = graphql(`
  mutation UsersErase($id: ID!) {
    outcome: eraseUser(id: $id) {
      kind: __typename
      ... on EraseUserSuccess {
        userId
      }
      ... on InvalidInput {
        code
        message
      }
      ... on Conflict {
        code
        message
      }
      ... on LastAdmin {
        code
        message
      }
    }
  }
`);

export const RevokeSession = graphql(`
  mutation UsersRevokeSession($id: ID!) {
    outcome: revokeSession(id: $id) {
      kind: __typename
      ... on RevokeSessionSuccess {
        revoked
      }
      ... on InvalidInput {
        code
        message
      }
    }
  }
`);

export const RevokeSessions = graphql(`
  mutation UsersRevokeSessions($userId: ID!, $keepCurrent: Boolean!) {
    outcome: revokeSessions(userId: $userId, keepCurrent: $keepCurrent) {
      kind: __typename
      ... on RevokeSessionsSuccess {
        revoked
      }
      ... on InvalidInput {
        code
        message
      }
    }
  }
`);

export const AddTeamMember = graphql(`
  mutation UsersAddTeamMember($teamId: ID!, $userId: ID!) {
    outcome: addTeamMember(teamId: $teamId, userId: $userId) {
      kind: __typename
      ... on AddTeamMemberSuccess {
        team {
          id
        }
      }
      ... on InvalidInput {
        code
        message
      }
      ... on Conflict {
        code
        message
      }
    }
  }
`);

export const RemoveTeamMember = graphql(`
  mutation UsersRemoveTeamMember($teamId: ID!, $userId: ID!) {
    outcome: removeTeamMember(teamId: $teamId, userId: $userId) {
      kind: __typename
      ... on RemoveTeamMemberSuccess {
        team {
          id
        }
      }
      ... on InvalidInput {
        code
        message
      }
      ... on Conflict {
        code
        message
      }
    }
  }
`);
