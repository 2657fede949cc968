import { graphql } from "../api/graphql";
import { TeamFragment } from "./teams.gql";

export const CreateTeam = graphql(
  `
    mutation TeamsCreate($input: CreateTeamInput!, $key: String) {
      outcome: createTeam(input: $input, idempotencyKey: $key) {
        kind: __typename
        ... on CreateTeamSuccess {
          team {
            ...TeamRow
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
  [TeamFragment],
);

export const RenameTeam = graphql(
  `
    mutation TeamsRename($input: UpdateTeamInput!) {
      outcome: updateTeam(input: $input) {
        kind: __typename
        ... on UpdateTeamSuccess {
          team {
            ...TeamRow
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
        ... on InvalidTransition {
          code
          message
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
  [TeamFragment],
);

export const ArchiveTeam = graphql(
  `
    mutation TeamsArchive($id: ID!) {
      outcome: archiveTeam(id: $id) {
        kind: __typename
        ... on ArchiveTeamSuccess {
          team {
            ...TeamRow
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
  [TeamFragment],
);

/** Adds somebody; for a member it says whether they lead. */
export const PutMember = graphql(
  `
    mutation TeamsPutMember($teamId: ID!, $userId: ID!, $isLead: Boolean!) {
      outcome: addTeamMember(teamId: $teamId, userId: $userId, isLead: $isLead) {
        kind: __typename
        ... on AddTeamMemberSuccess {
          team {
            ...TeamRow
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
  [TeamFragment],
);

export const RemoveMember = graphql(
  `
    mutation TeamsRemoveMember($teamId: ID!, $userId: ID!) {
      outcome: removeTeamMember(teamId: $teamId, userId: $userId) {
        kind: __typename
        ... on RemoveTeamMemberSuccess {
          team {
            ...TeamRow
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
  [TeamFragment],
);
