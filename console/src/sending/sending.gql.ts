import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

const SendingFragment = graphql(`
  fragment SendingState on Sending @_unmask {
    isFrozen
    scope
    frozenAt
    reason
    frozenBy
    inFlight
  }
`);

export const SendingQuery = graphql(
  `
    query Sending {
      sending {
        ...SendingState
      }
    }
  `,
  [SendingFragment],
);
export type Sending = ResultOf<typeof SendingQuery>["sending"];

export const FreezeSending = graphql(
  `
    mutation SendingFreeze($reason: String!) {
      outcome: freezeSending(reason: $reason) {
        kind: __typename
        ... on FreezeSendingSuccess {
          sending {
            ...SendingState
          }
        }
        ...Refused
      }
    }
  `,
  [SendingFragment, RefusedFragment],
);

export const ReleaseSending = graphql(
  `
    mutation SendingRelease($reason: String!) {
      outcome: releaseSending(reason: $reason) {
        kind: __typename
        ... on ReleaseSendingSuccess {
          sending {
            ...SendingState
          }
          pausedCampaigns
        }
        ...Refused
      }
    }
  `,
  [SendingFragment, RefusedFragment],
);
