import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const UncertainQuery = graphql(`
  query UncertainMessages($after: String, $counted: Boolean = false) {
    uncertainMessages(first: 50, after: $after) {
      edges {
        node {
          id
          state
          campaignId
          campaignName
          changedAt
          reason
          serverReply
          attempt
          lead {
            id
            email
            firstName
            lastName
          }
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
export type UncertainRow = ResultOf<typeof UncertainQuery>["uncertainMessages"]["edges"][number]["node"];

export const EvidenceQuery = graphql(`
  query MailEvidence {
    mailEvidence {
      sources
      unreachable
      at
    }
  }
`);
export type MailEvidence = NonNullable<ResultOf<typeof EvidenceQuery>["mailEvidence"]>;

/** Made when it is asked for: what was sent, and the proof of it. */
export const ProofQuery = graphql(`
  query MessageProof($id: ID!) {
    message(id: $id) {
      id
      receipt {
        document
        signature
        keyId
        publicKey
      }
      mail {
        subject
        html
        text
        fromName
        fromEmail
        to
        source
        isAsSent
        isLeadChanged
      }
    }
  }
`);
export type Proof = NonNullable<ResultOf<typeof ProofQuery>["message"]>;

export const ResolveMessage = graphql(
  `
    mutation MessageResolve($id: ID!, $outcome: Resolution!, $evidence: String!) {
      outcome: resolveMessage(id: $id, outcome: $outcome, evidence: $evidence) {
        kind: __typename
        ... on ResolveMessageSuccess {
          resolvedMessage {
            id
            state
            reason
            sentAt
            serverReply
            events {
              id
              type
              at
              source
              evidence
              by
            }
          }
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const ResolveMessages = graphql(
  `
    mutation MessagesResolve($campaignId: ID!, $outcome: Resolution!, $evidence: String!) {
      outcome: resolveMessages(campaignId: $campaignId, outcome: $outcome, evidence: $evidence) {
        kind: __typename
        ... on ResolveMessagesSuccess {
          resolved
          left
          heldBack
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);
