import { graphql, type ResultOf } from "../api/graphql";

export const ProfileQuery = graphql(`
  query Profile {
    me {
      id
      email
      name
      role
      organisation
      version
      teams {
        id
        name
      }
    }
  }
`);

export const OwnSessionsQuery = graphql(`
  query ProfileSessions {
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
  }
`);

/** What one may do, with the reason for each. */
export const OwnAbilitiesQuery = graphql(`
  query ProfileAbilities($id: ID!) {
    user(id: $id) {
      id
      effectivePermissions {
        permission
        granted
        reason
      }
    }
    permissions {
      permission
      title
      description
    }
  }
`);

export const UpdateProfile = graphql(`
  mutation ProfileUpdate($input: UpdateProfileInput!) {
    outcome: updateProfile(input: $input) {
      kind: __typename
      ... on UpdateProfileSuccess {
        user {
          id
          name
          version
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
`);

export const ChangePassword = graphql(`
  mutation ProfilePassword($currentPassword: String!, $newPassword: String!) {
    outcome: changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {
      kind: __typename
      ... on ChangePasswordSuccess {
        changed
      }
      ... on InvalidCredentials {
        code
        message
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
      }
    }
  }
`);

export const EndSession = graphql(`
  mutation ProfileEndSession($id: ID!) {
    outcome: revokeSession(id: $id) {
      kind: __typename
      ... on RevokeSessionSuccess {
        revoked
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

export const EndOtherSessions = graphql(`
  mutation ProfileEndOtherSessions {
    outcome: revokeSessions(keepCurrent: true) {
      kind: __typename
      ... on RevokeSessionsSuccess {
        revoked
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

export type OwnProfile = ResultOf<typeof ProfileQuery>["me"];
export type OwnSession = ResultOf<typeof OwnSessionsQuery>["sessions"][number];
