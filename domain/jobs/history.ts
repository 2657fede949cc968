/** How a run of a job ended, or what a person did with the job. */
export const JOB_ATTEMPT_OUTCOMES = [
  "SUCCEEDED",
  "FAILED",
  "RETRIED",
  "CANCELLED",
  "GIVEN_BACK",
  "SNOOZED",
  "PARKED",
  "CRASHED",
  "RETRIED_BY_HAND",
  "DISCARDED_BY_HAND",
  "RESTORED_BY_HAND",
  "PROMOTED_BY_HAND",
] as const;
export type JobAttemptOutcome = (typeof JOB_ATTEMPT_OUTCOMES)[number];

/** One entry of job.history, which is oldest first. Times are ISO 8601. */
export interface JobAttempt {
  readonly attempt: number;
  /** Null when it was not a run. */
  readonly startedAt: string | null;
  readonly endedAt: string;
  readonly outcome: JobAttemptOutcome;
  readonly error: string | null;
  readonly workerId: string | null;
  /** The e-mail address of the person who did it. */
  readonly by: string | null;
}

/** A job that is snoozed again and again keeps its newest entries. */
const MOST_ENTRIES = 100;

const withEntry = (entry: string): string =>
  `(case when jsonb_array_length(job.history) >= ${MOST_ENTRIES} then job.history - 0 else job.history end) || ${entry}`;

/** SQL, in an update of job: its history with the end of the run at hand. `outcome` and `error` are SQL. */
export const withRun = (outcome: string, error: string): string =>
  withEntry(`jsonb_build_object('attempt', job.attempts, 'startedAt', job.started_at, 'endedAt', clock_timestamp(),
    'outcome', ${outcome}, 'error', ${error}, 'workerId', job.worker_id, 'by', null)`);

/** SQL, in an update of job: its history with what a person did. `outcome` and `by` are SQL; its last error stays readable. */
export const withHand = (outcome: string, by: string): string =>
  withEntry(`jsonb_build_object('attempt', job.attempts, 'startedAt', null, 'endedAt', clock_timestamp(),
    'outcome', ${outcome}, 'error', job.error, 'workerId', null, 'by', ${by})`);
