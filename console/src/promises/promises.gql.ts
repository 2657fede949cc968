import { graphql, type Introspected, type ResultOf } from "../api/graphql";

export type PromiseStatus = Introspected<"PromiseStatus">;

export const PromiseFragment = graphql(`
  fragment PromiseCard on ProductPromise @_unmask {
    id
    title
    sentence
    status
    doubt
    checkedAt
    checkedWholeAt
    durationMs
    brokenSince
    offendingCount
    offending {
      kind
      nodeId
      campaignId
      label
      detail
    }
  }
`);

export const PromisesQuery = graphql(
  `
    query Promises {
      promises {
        ...PromiseCard
      }
    }
  `,
  [PromiseFragment],
);

export const PromisesLive = graphql(
  `
    subscription PromisesLive {
      promisesUpdated {
        promises {
          ...PromiseCard
        }
      }
    }
  `,
  [PromiseFragment],
);

export type ProductPromise = ResultOf<typeof PromiseFragment>;
export type Offending = ProductPromise["offending"][number];
