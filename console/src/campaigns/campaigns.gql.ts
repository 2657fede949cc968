import { AccountingFragment, ScheduleFragment, StandingFragment } from "../api/campaign-actions";
import { graphql, type ResultOf } from "../api/graphql";
import { PlaceFragment } from "./parts/place.gql";

/** How each step of a sequence stands; asked for on the campaign's own page alone. */
const StepsAccountingFragment = graphql(`
  fragment StepsAccounting on CampaignAccounting @_unmask {
    campaignId
    steps {
      position
      buckets {
        bucket
        reason
        count
      }
    }
  }
`);

export const CampaignsQuery = graphql(
  `
    query Campaigns(
      $after: String
      $filter: CampaignFilter
      $orderBy: CampaignOrder
      $counted: Boolean = false
    ) {
      campaigns(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
        edges {
          node {
            name
            fromEmail
            createdAt
            ...Standing
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
  [StandingFragment],
);

/** Those whose figures move. */
export const UnderWayQuery = graphql(
  `
    query CampaignsUnderWay {
      campaigns(first: 50, filter: { status: [RUNNING] }) {
        edges {
          node {
            ...Standing
          }
        }
      }
    }
  `,
  [StandingFragment],
);

export const CampaignQuery = graphql(
  `
    query Campaign($id: ID!) {
      campaign(id: $id) {
        name
        createdAt
        fromName
        fromEmail
        replyTo
        postalAddress
        senders {
          id
          name
          address
        }
        schedule {
          ...CampaignSchedule
        }
        steps {
          id
          position
          delayMinutes
          delayBusinessDays
          subject
        }
        audience {
          lists {
            id
            name
          }
          leadIds
        }
        accounting {
          ...StepsAccounting
        }
        ...Standing
      }
    }
  `,
  [StandingFragment, ScheduleFragment, StepsAccountingFragment],
);

export const CampaignActivity = graphql(
  `
    subscription CampaignActivity($id: ID!, $after: String) {
      campaignActivity(campaignId: $id, after: $after) {
        cursor
        accounting {
          ...Accounting
          ...StepsAccounting
        }
        campaign {
          id
          status
          inFlight
          availableActions
          fourEyes {
            reason
          }
          scheduledAt
          launchedAt
          pausedAt
          completedAt
        }
        message {
          id
          state
          reason
          attempt
          sentAt
          serverReply
          messageIdHeader
        }
      }
    }
  `,
  [AccountingFragment, StepsAccountingFragment],
);

export const MessagesQuery = graphql(`
  query Messages($campaignId: ID!, $after: String, $filter: MessageFilter, $counted: Boolean = false) {
    messages(campaignId: $campaignId, first: 50, after: $after, filter: $filter) {
      edges {
        node {
          id
          state
          reason
          attempt
          plannedAt
          sentAt
          serverReply
          messageIdHeader
          lead {
            id
            email
            firstName
            lastName
          }
          step {
            id
            position
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

export const MessageQuery = graphql(
  `
    query Message($id: ID!) {
      message(id: $id) {
        id
        version
        dueAt
        enrollment {
          ...Place
        }
        state
        reason
        attempt
        plannedAt
        sentAt
        serverReply
        messageIdHeader
        lead {
          id
          email
          firstName
          lastName
          company
        }
        step {
          id
          position
          subject
        }
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
  `,
  [PlaceFragment],
);

export type CampaignRow = ResultOf<typeof CampaignsQuery>["campaigns"]["edges"][number]["node"];
export type CampaignDetails = NonNullable<ResultOf<typeof CampaignQuery>["campaign"]>;
export type MessageRow = ResultOf<typeof MessagesQuery>["messages"]["edges"][number]["node"];
export type MessageDetails = NonNullable<ResultOf<typeof MessageQuery>["message"]>;

export const PreflightQuery = graphql(`
  query CampaignPreflight($id: ID!) {
    campaignPreflight(id: $id) {
      isReady
      findings {
        rule
        severity
        line
        message
        excerpt
        path
      }
    }
  }
`);

export type Finding = ResultOf<typeof PreflightQuery>["campaignPreflight"]["findings"][number];
