import { AccountingFragment, StandingFragment } from "../api/campaign-actions";
import { graphql, type ResultOf } from "../api/graphql";
import { HealthPartsFragment } from "../api/health-parts";

export const OverviewQuery = graphql(
  `
    query Overview($days: Int!) {
      overview(days: $days) {
        attention {
          id
          severity
          title
          detail
          href
        }
        outreach {
          days
          sent
          skipped
          failed
          uncertain
          previousSent
          perDay {
            day
            sent
            skipped
            failed
          }
          running {
            name
            ...Standing
          }
        }
        leads {
          total
          mailable
          addedInRange
        }
        health {
          ...HealthParts
        }
      }
    }
  `,
  [StandingFragment, HealthPartsFragment],
);

export const HealthLive = graphql(
  `
    subscription OverviewHealth {
      healthUpdated(intervalMs: 1000) {
        cursor
        health {
          ...HealthParts
        }
      }
    }
  `,
  [HealthPartsFragment],
);

export const CampaignLive = graphql(
  `
    subscription OverviewCampaign($id: ID!) {
      campaignActivity(campaignId: $id) {
        cursor
        accounting {
          ...Accounting
        }
        campaign {
          id
          status
          inFlight
          availableActions
          pausedAt
          completedAt
        }
      }
    }
  `,
  [AccountingFragment],
);

export type OverviewParts = ResultOf<typeof OverviewQuery>["overview"];
export type Outreach = NonNullable<OverviewParts["outreach"]>;
export type HealthParts = ResultOf<typeof HealthPartsFragment>;
