import { graphql, type ResultOf } from "../../api/graphql";

export const DryRunQuery = graphql(`
  query CampaignDryRun($id: ID!, $startAt: DateTime, $after: String, $counted: Boolean = false) {
    campaignDryRun(id: $id, startAt: $startAt, first: 50, after: $after) {
      campaignId
      startAt
      audience @include(if: $counted)
      mails @include(if: $counted)
      firstAt @include(if: $counted)
      lastAt @include(if: $counted)
      isPartial @include(if: $counted)
      isForetold @include(if: $counted)
      skipped @include(if: $counted) {
        reason
        count
      }
      days @include(if: $counted) {
        date
        first
        followUps
      }
      rows {
        edges {
          node {
            leadId
            position
            variant
            at
            timezone
            localTime
            skipReason
            missing
            fromEmail
            heldBy
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
        totalCount
      }
    }
  }
`);

export const TimetableQuery = graphql(`
  query CampaignTimetable($id: ID!, $after: String) {
    campaignTimetable(id: $id, first: 50, after: $after) {
      edges {
        node {
          leadId
          position
          plannedAt
          zone
          localTime
          fromEmail
          heldBy
          messageId
          state
          reason
          dueAt
          sentAt
          lateBySeconds
          difference
          sentence
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
    }
  }
`);

export type DryRun = ResultOf<typeof DryRunQuery>["campaignDryRun"];
export type PlannedRow = DryRun["rows"]["edges"][number]["node"];
export type TimetableRow = ResultOf<typeof TimetableQuery>["campaignTimetable"]["edges"][number]["node"];
