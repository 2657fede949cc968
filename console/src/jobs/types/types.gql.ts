import { graphql, type ResultOf } from "../../api/graphql";

export const JobTypesQuery = graphql(`
  query JobTypes {
    jobTypes {
      name
      queue
      description
      idempotency
      leaseSeconds
      policy {
        name
        attempts
        firstDelaySeconds
        factor
        capSeconds
        jitter
        description
      }
      schedule {
        name
        description
        timezone
        paused
        nextRunAt
      }
    }
  }
`);

/** Only names, for a choice. */
export const JobTypeNamesQuery = graphql(`
  query JobTypeNames {
    jobTypes {
      name
      queue
    }
  }
`);

export const JobMetricsQuery = graphql(`
  query JobMetrics($hours: Int!) {
    jobMetrics(hours: $hours) {
      type
      queue
      runs
      failed
      waitP50Ms
      waitP95Ms
      runP50Ms
      runP95Ms
    }
  }
`);

export type JobType = ResultOf<typeof JobTypesQuery>["jobTypes"][number];
export type JobMetrics = ResultOf<typeof JobMetricsQuery>["jobMetrics"][number];
