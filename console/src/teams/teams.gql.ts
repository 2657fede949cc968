import { graphql, type ResultOf } from "../api/graphql";

/** A team as the table shows it. */
export const TeamFragment = graphql(`
  fragment TeamRow on Team @_unmask {
    id
    name
    isArchived
    createdAt
    memberCount
    mayManage
    version
  }
`);

export const TeamsQuery = graphql(
  `
    query Teams($after: String, $filter: TeamFilter, $counted: Boolean = false) {
      teams(first: 50, after: $after, filter: $filter) {
        edges {
          node {
            ...TeamRow
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
  [TeamFragment],
);

export const TeamQuery = graphql(
  `
    query TeamsOne($id: ID!) {
      team(id: $id) {
        ...TeamRow
        members {
          isLead
          addedAt
          user {
            id
            name
            email
            role
            status
          }
        }
      }
    }
  `,
  [TeamFragment],
);

/** People to add, by name or address. */
export const CandidatesQuery = graphql(`
  query TeamsCandidates($text: String!) {
    users(
      first: 8
      filter: { text: $text, status: [ACTIVE, INVITED, SUSPENDED] }
      orderBy: { field: NAME, direction: ASC }
    ) {
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

export type TeamRow = ResultOf<typeof TeamFragment>;
export type TeamDetails = NonNullable<ResultOf<typeof TeamQuery>["team"]>;
export type Member = TeamDetails["members"][number];
export type Candidate = ResultOf<typeof CandidatesQuery>["users"]["edges"][number]["node"];
