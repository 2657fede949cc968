import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const LimitFragment = graphql(`
  fragment Limits on HealthThreshold @_unmask {
    signal
    label
    unit
    warning
    critical
    defaultWarning
    defaultCritical
    version
  }
`);

export const LimitsQuery = graphql(
  `
    query HealthLimits {
      healthThresholds {
        ...Limits
      }
    }
  `,
  [LimitFragment],
);

export const UpdateLimits = graphql(
  `
    mutation HealthUpdateLimits($input: UpdateHealthThresholdsInput!) {
      outcome: updateHealthThresholds(input: $input) {
        kind: __typename
        ... on UpdateHealthThresholdsSuccess {
          healthThresholds {
            ...Limits
          }
        }
        ...Refused
      }
    }
  `,
  [LimitFragment, RefusedFragment],
);

export type Limit = ResultOf<typeof LimitFragment>;
