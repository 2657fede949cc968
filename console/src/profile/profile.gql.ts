import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

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

export const UpdateProfile = graphql(
  `
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
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const ChangePassword = graphql(
  `
    mutation ProfilePassword($currentPassword: String!, $newPassword: String!) {
      outcome: changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {
        kind: __typename
        ... on ChangePasswordSuccess {
          changed
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const EndOtherSessions = graphql(
  `
    mutation ProfileEndOtherSessions {
      outcome: revokeSessions(keepCurrent: true) {
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

export type OwnProfile = ResultOf<typeof ProfileQuery>["me"];
export type OwnSession = ResultOf<typeof OwnSessionsQuery>["sessions"][number];
