import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

const LimitsFragment = graphql(`
  fragment LimitParts on SendingLimits @_unmask {
    perHour
    perDay
    domainPerHour
    domainPerDay
    domains {
      domain
      perHour
      perDay
    }
    slowed {
      domain
      perHour
      since
    }
    version
  }
`);

export const LimitsQuery = graphql(
  `
    query SendingLimits {
      sendingLimits {
        ...LimitParts
      }
    }
  `,
  [LimitsFragment],
);

export const UpdateLimits = graphql(
  `
    mutation SendingLimitsUpdate($input: UpdateSendingLimitsInput!) {
      outcome: updateSendingLimits(input: $input) {
        kind: __typename
        ... on UpdateSendingLimitsSuccess {
          sendingLimits {
            ...LimitParts
          }
        }
        ...Refused
      }
    }
  `,
  [LimitsFragment, RefusedFragment],
);

export type Limits = ResultOf<typeof LimitsFragment>;
