import { graphql, type Introspected, type ResultOf } from "../../api/graphql";
import { RefusedFragment } from "../../api/refused";

export type MissedRuns = Introspected<"MissedRuns">;

export const ScheduleFragment = graphql(`
  fragment ScheduleLine on Schedule @_unmask {
    name
    queue
    description
    pattern
    timezone
    missedRuns
    isChanged
    paused
    pausedAt
    pausedBy
    nextRunAt
    version
    recentRuns {
      fireAt
      cause
      jobId
      state
      durationMs
    }
  }
`);

export const SchedulesQuery = graphql(
  `
    query Schedules {
      schedules {
        ...ScheduleLine
      }
    }
  `,
  [ScheduleFragment],
);

export const RunScheduleNow = graphql(
  `
    mutation RunScheduleNow($name: String!) {
      outcome: runScheduleNow(name: $name) {
        kind: __typename
        ... on RunScheduleNowSuccess {
          jobId
          schedule {
            ...ScheduleLine
          }
        }
        ...Refused
      }
    }
  `,
  [ScheduleFragment, RefusedFragment],
);

export const PauseSchedule = graphql(
  `
    mutation PauseSchedule($name: String!) {
      outcome: pauseSchedule(name: $name) {
        kind: __typename
        ... on PauseScheduleSuccess {
          schedule {
            ...ScheduleLine
          }
        }
        ...Refused
      }
    }
  `,
  [ScheduleFragment, RefusedFragment],
);

export const ResumeSchedule = graphql(
  `
    mutation ResumeSchedule($name: String!) {
      outcome: resumeSchedule(name: $name) {
        kind: __typename
        ... on ResumeScheduleSuccess {
          schedule {
            ...ScheduleLine
          }
        }
        ...Refused
      }
    }
  `,
  [ScheduleFragment, RefusedFragment],
);

export const UpdateSchedule = graphql(
  `
    mutation UpdateSchedule($input: UpdateScheduleInput!) {
      outcome: updateSchedule(input: $input) {
        kind: __typename
        ... on UpdateScheduleSuccess {
          schedule {
            ...ScheduleLine
          }
        }
        ...Refused
      }
    }
  `,
  [ScheduleFragment, RefusedFragment],
);

export type Schedule = ResultOf<typeof ScheduleFragment>;
export type ScheduleRun = Schedule["recentRuns"][number];
