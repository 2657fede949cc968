import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const LeadsQuery = graphql(`
  query Leads($after: String, $filter: LeadFilter, $orderBy: LeadOrder, $counted: Boolean = false) {
    leads(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
      edges {
        node {
          id
          email
          firstName
          lastName
          company
          title
          stage
          mailability
          createdAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount @include(if: $counted)
    }
  }
`);

export const LeadQuery = graphql(`
  query Lead($id: ID!) {
    lead(id: $id) {
      id
      email
      firstName
      lastName
      company
      title
      timezone
      customFields
      tags
      stage
      mailability
      createdAt
      updatedAt
      lists {
        id
        name
      }
    }
  }
`);

export const ListsQuery = graphql(`
  query LeadLists {
    leadLists(first: 100) {
      edges {
        node {
          id
          name
          leadCount
          mailableCount
        }
      }
    }
  }
`);

export const CreateLead = graphql(
  `
    mutation CreateLead($input: CreateLeadInput!) {
      createLead(input: $input) {
        kind: __typename
        ... on CreateLeadSuccess {
          lead {
            id
            email
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const Suppress = graphql(
  `
    mutation Suppress($email: String!, $reason: SuppressionReason!) {
      suppress(email: $email, reason: $reason) {
        kind: __typename
        ... on SuppressSuccess {
          suppression {
            id
            email
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type LeadRow = ResultOf<typeof LeadsQuery>["leads"]["edges"][number]["node"];
export type LeadDetails = NonNullable<ResultOf<typeof LeadQuery>["lead"]>;
export type LeadList = ResultOf<typeof ListsQuery>["leadLists"]["edges"][number]["node"];
