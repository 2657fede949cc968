import { graphql, type ResultOf } from "../../api/graphql";
import { RefusedFragment } from "../../api/refused";

export const QueueFragment = graphql(`
  fragment QueueCard on Queue @_unmask {
    name
    waiting
    delayed
    active
    failed
    cancelled
    discarded
    succeeded
    paused
    pausedAt
    pausedBy
    oldestWaitingSeconds
    concurrency
    lanes
    capacity
    busy
    throughput {
      at
      succeeded
      failed
    }
    failureRate
    p95RunMs
    version
  }
`);

export const QueuesQuery = graphql(
  `
    query Queues {
      queues {
        ...QueueCard
      }
    }
  `,
  [QueueFragment],
);

export const QueueLive = graphql(
  `
    subscription QueueLive {
      queueUpdated {
        queue {
          ...QueueCard
        }
      }
    }
  `,
  [QueueFragment],
);

/** From when on waiting is a fault, as this installation has set it. */
export const WaitingLimitsQuery = graphql(`
  query WaitingLimits {
    healthThresholds {
      signal
      warning
      critical
    }
  }
`);

export const PauseQueue = graphql(
  `
    mutation PauseQueue($name: String!) {
      outcome: pauseQueue(name: $name) {
        kind: __typename
        ... on PauseQueueSuccess {
          queue {
            ...QueueCard
          }
        }
        ...Refused
      }
    }
  `,
  [QueueFragment, RefusedFragment],
);

export const ResumeQueue = graphql(
  `
    mutation ResumeQueue($name: String!) {
      outcome: resumeQueue(name: $name) {
        kind: __typename
        ... on ResumeQueueSuccess {
          queue {
            ...QueueCard
          }
        }
        ...Refused
      }
    }
  `,
  [QueueFragment, RefusedFragment],
);

export const UpdateQueue = graphql(
  `
    mutation UpdateQueue($input: UpdateQueueInput!) {
      outcome: updateQueue(input: $input) {
        kind: __typename
        ... on UpdateQueueSuccess {
          queue {
            ...QueueCard
          }
        }
        ...Refused
      }
    }
  `,
  [QueueFragment, RefusedFragment],
);

export type Queue = ResultOf<typeof QueueFragment>;
