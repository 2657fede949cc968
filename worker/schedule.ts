import { JOB_CATALOGUE } from "#domain/job-catalogue.js";
import type { JobDefinition } from "#domain/jobs/define-job.js";
import { scheduled, type ScheduledTask } from "./scheduled-task.js";

/** When → which job. */
export const SCHEDULE: readonly ScheduledTask[] = JOB_CATALOGUE.flatMap((job) =>
  job.schedule ? [scheduled(job as JobDefinition<{ fireAt: string }>, job.schedule)] : [],
);
