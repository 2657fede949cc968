import { graphql } from "../api/graphql";
import { RefusedFragment } from "../api/refused";
import { JobRowFragment } from "./jobs.gql";

export const RetryJob = graphql(
  `
    mutation RetryJob($id: ID!, $payload: JSONObject) {
      outcome: retryJob(id: $id, payload: $payload) {
        kind: __typename
        ... on RetryJobSuccess {
          job {
            ...JobRow
          }
        }
        ...Refused
      }
    }
  `,
  [JobRowFragment, RefusedFragment],
);

export const DiscardJob = graphql(
  `
    mutation DiscardJob($id: ID!) {
      outcome: discardJob(id: $id) {
        kind: __typename
        ... on DiscardJobSuccess {
          job {
            ...JobRow
          }
        }
        ...Refused
      }
    }
  `,
  [JobRowFragment, RefusedFragment],
);

export const RestoreJob = graphql(
  `
    mutation RestoreJob($id: ID!) {
      outcome: restoreJob(id: $id) {
        kind: __typename
        ... on RestoreJobSuccess {
          job {
            ...JobRow
          }
        }
        ...Refused
      }
    }
  `,
  [JobRowFragment, RefusedFragment],
);

export const PromoteJob = graphql(
  `
    mutation PromoteJob($id: ID!) {
      outcome: promoteJob(id: $id) {
        kind: __typename
        ... on PromoteJobSuccess {
          job {
            ...JobRow
          }
        }
        ...Refused
      }
    }
  `,
  [JobRowFragment, RefusedFragment],
);

export const RetryDeadJobs = graphql(
  `
    mutation RetryDeadJobs($queue: String!, $filter: JobFilter) {
      outcome: retryDeadJobs(queue: $queue, filter: $filter) {
        kind: __typename
        ... on RetryDeadJobsSuccess {
          changed: retried
          left
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);

export const DiscardDeadJobs = graphql(
  `
    mutation DiscardDeadJobs($queue: String!, $filter: JobFilter) {
      outcome: discardDeadJobs(queue: $queue, filter: $filter) {
        kind: __typename
        ... on DiscardDeadJobsSuccess {
          changed: discarded
          left
        }
        ...Refused
      }
    }
  `,
  [RefusedFragment],
);
