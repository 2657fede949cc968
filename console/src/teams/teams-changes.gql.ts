import { graphql } from "../api/graphql";
import { TeamFragment } from "./teams.gql";
import { RefusedFragment } from "../api/refused";

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
        ...Refused
      }
    }
  `,
  [TeamFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [TeamFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [TeamFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [TeamFragment, RefusedFragment],
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
        ...Refused
      }
    }
  `,
  [TeamFragment, RefusedFragment],
);
