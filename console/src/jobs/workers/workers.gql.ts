import { graphql, type Introspected, type ResultOf } from "../../api/graphql";

export type WorkerStatus = Introspected<"WorkerStatus">;

export const WorkerFragment = graphql(`
  fragment WorkerCard on Worker @_unmask {
    id
    host
    pid
    version
    queues
    lanes
    busyLanes
    startedAt
    lastSeenAt
    silentSeconds
    status
    cpuPercent
    memoryBytes
    eventLoopP99Ms
    currentJobs {
      id
      type
      startedAt
    }
  }
`);

export const WorkersQuery = graphql(
  `
    query Workers {
      workers {
        ...WorkerCard
      }
    }
  `,
  [WorkerFragment],
);

export const WorkersLive = graphql(
  `
    subscription WorkersLive {
      workersUpdated {
        workers {
          ...WorkerCard
        }
      }
    }
  `,
  [WorkerFragment],
);

export type Worker = ResultOf<typeof WorkerFragment>;
