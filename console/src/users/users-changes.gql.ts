import { graphql } from "../api/graphql";
import { PersonFragment } from "./users.gql";
import { RefusedFragment } from "../api/refused";

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
        ...Refused
      }
    }
  `,
  [PersonFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [PersonFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [PersonFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [PersonFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [PersonFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [PersonFragment, RefusedFragment],
);

export const EraseUser = graphql(
  `
    mutation UsersErase($id: ID!) {
      outcome: eraseUser(id: $id) {
        kind: __typename
        ... on EraseUserSuccess {
          userId
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const RevokeSessions = graphql(
  `
    mutation UsersRevokeSessions($userId: ID!, $keepCurrent: Boolean!) {
      outcome: revokeSessions(userId: $userId, keepCurrent: $keepCurrent) {
        kind: __typename
        ... on RevokeSessionsSuccess {
          revoked
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const AddTeamMember = graphql(
  `
    mutation UsersAddTeamMember($teamId: ID!, $userId: ID!) {
      outcome: addTeamMember(teamId: $teamId, userId: $userId) {
        kind: __typename
        ... on AddTeamMemberSuccess {
          team {
            id
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const RemoveTeamMember = graphql(
  `
    mutation UsersRemoveTeamMember($teamId: ID!, $userId: ID!) {
      outcome: removeTeamMember(teamId: $teamId, userId: $userId) {
        kind: __typename
        ... on RemoveTeamMemberSuccess {
          team {
            id
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);
