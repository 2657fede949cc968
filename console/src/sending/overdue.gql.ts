import { StandingFragment } from "../api/campaign-actions";
import { graphql, type Introspected, type ResultOf } from "../api/graphql";
import { RefusedFragment } from "../api/refused";

export const ResumeCampaign = graphql(
  `
    mutation ResumeCampaign($id: ID!, $overduePolicy: OverduePolicy, $catchUpPerHour: Int) {
      outcome: resumeCampaign(id: $id, overduePolicy: $overduePolicy, catchUpPerHour: $catchUpPerHour) {
        kind: __typename
        ... on ResumeCampaignSuccess {
          campaign {
            ...Standing
          }
        }
        ...Refused
      }
    }
  `,
  [StandingFragment, RefusedFragment],
);

export const OverdueQuery = graphql(`
  query CampaignOverdue($id: ID!, $catchUpPerHour: Int) {
    campaignOverdue(id: $id, catchUpPerHour: $catchUpPerHour) {
      count
      pausedAt
      isPartial
      previews {
        policy
        perHour
        sent
        skipped
        firstAt
        lastAt
        days {
          date
          count
        }
      }
    }
  }
`);

export type OverduePolicy = Introspected<"OverduePolicy">;
export type Overdue = ResultOf<typeof OverdueQuery>["campaignOverdue"];
export type OverduePreview = Overdue["previews"][number];
