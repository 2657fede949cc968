import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

const SenderFragment = graphql(`
  fragment SenderParts on Sender @_unmask {
    id
    address
    name
    replyTo
    postalAddress
    perHour
    perDay
    gapSeconds
    state
    usedThisHour
    usedToday
    version
    createdAt
  }
`);

export const SendersQuery = graphql(
  `
    query Senders($filter: SenderFilter, $after: String, $counted: Boolean = false) {
      senders(first: 50, filter: $filter, after: $after) {
        edges {
          node {
            ...SenderParts
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
  [SenderFragment],
);

export const SenderQuery = graphql(
  `
    query SenderDetails($id: ID!) {
      sender(id: $id) {
        ...SenderParts
      }
    }
  `,
  [SenderFragment],
);

export const CreateSender = graphql(
  `
    mutation SendersCreate($input: CreateSenderInput!, $key: String) {
      outcome: createSender(input: $input, idempotencyKey: $key) {
        kind: __typename
        ... on CreateSenderSuccess {
          sender {
            ...SenderParts
          }
        }
        ...Refused
      }
    }
  `,
  [SenderFragment, RefusedFragment],
);

export const UpdateSender = graphql(
  `
    mutation SendersUpdate($input: UpdateSenderInput!) {
      outcome: updateSender(input: $input) {
        kind: __typename
        ... on UpdateSenderSuccess {
          sender {
            ...SenderParts
          }
        }
        ...Refused
      }
    }
  `,
  [SenderFragment, RefusedFragment],
);

export const PauseSender = graphql(
  `
    mutation SendersPause($id: ID!) {
      outcome: pauseSender(id: $id) {
        kind: __typename
        ... on PauseSenderSuccess {
          sender {
            ...SenderParts
          }
        }
        ...Refused
      }
    }
  `,
  [SenderFragment, RefusedFragment],
);

export const ResumeSender = graphql(
  `
    mutation SendersResume($id: ID!) {
      outcome: resumeSender(id: $id) {
        kind: __typename
        ... on ResumeSenderSuccess {
          sender {
            ...SenderParts
          }
        }
        ...Refused
      }
    }
  `,
  [SenderFragment, RefusedFragment],
);

export const ArchiveSender = graphql(
  `
    mutation SendersArchive($id: ID!) {
      outcome: archiveSender(id: $id) {
        kind: __typename
        ... on ArchiveSenderSuccess {
          sender {
            ...SenderParts
          }
        }
        ...Refused
      }
    }
  `,
  [SenderFragment, RefusedFragment],
);

export type Sender = ResultOf<typeof SenderFragment>;
