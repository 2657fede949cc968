import { graphql, type Introspected, type ResultOf } from "../../api/graphql";
import { RefusedFragment } from "../../api/refused";

export type Goal = Introspected<"Goal">;

/** A lead's place in a campaign: where it stands, and what people said of it. */
export const PlaceFragment = graphql(`
  fragment Place on Enrollment @_unmask {
    id
    campaignId
    state
    stopReason
    skipReason
    pausedUntil
    events {
      id
      type
      at
      label
      note
      until
      by
    }
  }
`);
export type Place = ResultOf<typeof PlaceFragment>;

export const RecordReply = graphql(
  `
    mutation RecordReply($campaignId: ID!, $leadId: ID!, $at: DateTime, $note: String) {
      outcome: recordReply(campaignId: $campaignId, leadId: $leadId, at: $at, note: $note) {
        kind: __typename
        ... on RecordReplySuccess {
          companyStopped
          enrollment {
            ...Place
          }
        }
        ...Refused
      }
    }
  `,
  [PlaceFragment, RefusedFragment],
);

export const RecordGoal = graphql(
  `
    mutation RecordGoal($campaignId: ID!, $leadId: ID!, $label: Goal!, $note: String) {
      outcome: recordGoal(campaignId: $campaignId, leadId: $leadId, label: $label, note: $note) {
        kind: __typename
        ... on RecordGoalSuccess {
          enrollment {
            ...Place
          }
        }
        ...Refused
      }
    }
  `,
  [PlaceFragment, RefusedFragment],
);

export const StopEnrollment = graphql(
  `
    mutation StopEnrollment($campaignId: ID!, $leadId: ID!, $note: String) {
      outcome: stopEnrollment(campaignId: $campaignId, leadId: $leadId, note: $note) {
        kind: __typename
        ... on StopEnrollmentSuccess {
          enrollment {
            ...Place
          }
        }
        ...Refused
      }
    }
  `,
  [PlaceFragment, RefusedFragment],
);

export const PauseEnrollment = graphql(
  `
    mutation PauseEnrollment($campaignId: ID!, $leadId: ID!, $until: DateTime!, $note: String) {
      outcome: pauseEnrollment(campaignId: $campaignId, leadId: $leadId, until: $until, note: $note) {
        kind: __typename
        ... on PauseEnrollmentSuccess {
          enrollment {
            ...Place
          }
        }
        ...Refused
      }
    }
  `,
  [PlaceFragment, RefusedFragment],
);

export const ResumeEnrollment = graphql(
  `
    mutation ResumeEnrollment($campaignId: ID!, $leadId: ID!) {
      outcome: resumeEnrollment(campaignId: $campaignId, leadId: $leadId) {
        kind: __typename
        ... on ResumeEnrollmentSuccess {
          enrollment {
            ...Place
          }
        }
        ...Refused
      }
    }
  `,
  [PlaceFragment, RefusedFragment],
);
