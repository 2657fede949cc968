import { graphql, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const RuleFragment = graphql(`
  fragment AlertRuleParts on AlertRule @_unmask {
    id
    name
    signal
    threshold
    unit
    forSeconds
    isEnabled
    mutedUntil
    state
    stateSince
    lastValue
    version
  }
`);

export const AlertRulesQuery = graphql(
  `
    query HealthAlertRules {
      alertRules {
        ...AlertRuleParts
      }
    }
  `,
  [RuleFragment],
);

export const AlertEventsQuery = graphql(`
  query HealthAlertEvents($after: String, $counted: Boolean = false) {
    alertEvents(first: 20, after: $after) {
      edges {
        node {
          id
          ruleName
          signal
          threshold
          value
          firedAt
          recoveredAt
          wasMuted
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

export const CreateRule = graphql(
  `
    mutation HealthCreateRule($input: CreateAlertRuleInput!, $key: String) {
      outcome: createAlertRule(input: $input, idempotencyKey: $key) {
        kind: __typename
        ... on CreateAlertRuleSuccess {
          alertRule {
            ...AlertRuleParts
          }
        }
        ...Refused
      }
    }
  `,
  [RuleFragment, RefusedFragment],
);

export const UpdateRule = graphql(
  `
    mutation HealthUpdateRule($input: UpdateAlertRuleInput!) {
      outcome: updateAlertRule(input: $input) {
        kind: __typename
        ... on UpdateAlertRuleSuccess {
          alertRule {
            ...AlertRuleParts
          }
        }
        ...Refused
      }
    }
  `,
  [RuleFragment, RefusedFragment],
);

export const MuteRule = graphql(
  `
    mutation HealthMuteRule($id: ID!, $until: DateTime) {
      outcome: muteAlertRule(id: $id, until: $until) {
        kind: __typename
        ... on MuteAlertRuleSuccess {
          alertRule {
            ...AlertRuleParts
          }
        }
        ...Refused
      }
    }
  `,
  [RuleFragment, RefusedFragment],
);

export const DeleteRule = graphql(
  `
    mutation HealthDeleteRule($id: ID!) {
      outcome: deleteAlertRule(id: $id) {
        kind: __typename
        ... on DeleteAlertRuleSuccess {
          id
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export type Rule = ResultOf<typeof RuleFragment>;
export type Firing = ResultOf<typeof AlertEventsQuery>["alertEvents"]["edges"][number]["node"];
