import { graphql, type Introspected, type ResultOf } from "../api/graphql";

export type JobState = Introspected<"JobState">;
export type JobAction = Introspected<"JobAction">;

/** A job as a row shows it; selected wherever one moves, so that every row that shows it moves with it. */
export const JobRowFragment = graphql(`
  fragment JobRow on Job @_unmask {
    id
    type
    queue
    state
    attempts
    maxAttempts
    crashes
    isUrgent
    isQuarantined
    createdAt
    dueAt
    startedAt
    finishedAt
    error
    progress
    availableActions
    subject {
      type
      id
      label
      href
    }
    worker {
      id
      host
      pid
    }
  }
`);

export const JobsQuery = graphql(
  `
    query Jobs(
      $after: String
      $queue: String
      $state: JobState
      $filter: JobFilter
      $orderBy: JobOrder
      $counted: Boolean = false
    ) {
      jobs(first: 50, after: $after, queue: $queue, state: $state, filter: $filter, orderBy: $orderBy) {
        edges {
          node {
            ...JobRow
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
  [JobRowFragment],
);

export const JobQuery = graphql(
  `
    query Job($id: ID!) {
      job(id: $id) {
        ...JobRow
        payload
        history {
          attempt
          startedAt
          endedAt
          outcome
          error
          workerId
          by
        }
        initiatedBy
        requestId
        idempotencyKey
      }
    }
  `,
  [JobRowFragment],
);

export const JobLive = graphql(
  `
    subscription JobLive($queue: String) {
      jobUpdated(queue: $queue) {
        job {
          ...JobRow
        }
      }
    }
  `,
  [JobRowFragment],
);

export const FailedGroupsQuery = graphql(`
  query FailedGroups($queue: String) {
    failedJobGroups(queue: $queue) {
      errorGroup
      example
      types
      count
      firstAt
      lastAt
    }
  }
`);

export type JobRow = ResultOf<typeof JobRowFragment>;
export type JobDetails = NonNullable<ResultOf<typeof JobQuery>["job"]>;
export type Attempt = JobDetails["history"][number];
export type FailedGroup = ResultOf<typeof FailedGroupsQuery>["failedJobGroups"][number];
