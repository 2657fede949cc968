import { statement, type Reader } from "../operation.js";

/** Days that a job is kept after its end. What failed is kept for as long as somebody may ask; lists count the last day. */
export const KEPT_DAYS = { SUCCEEDED: 7, CANCELLED: 7, DISCARDED: 30, FAILED: 90 } as const;

const forgotten = (name: string, gone: string) =>
  statement<{ count: number }>(name, `with gone as (${gone} returning 1) select count(*) as count from gone`);

const KEPT = Object.entries(KEPT_DAYS)
  .map(([state, days]) => `(state = '${state}' and finished_at < now() - interval '${days} days')`)
  .join(" or ");
const JOBS = forgotten(
  "forget_jobs",
  `delete from job where id in (select id from job where finished_at is not null and (${KEPT}) limit $1 for update skip locked)`,
);

/** @returns how many, at most `most` */
export async function forgetJobs(reader: Reader, most: number): Promise<number> {
  return (await reader.query(JOBS, [most]))[0]!.count;
}

// The newest run that a task's schedule fired stays however old it is: from it the next start tells what was missed.
const SCHEDULE_RUNS = forgotten(
  "forget_schedule_runs",
  `delete from schedule_run where (task, fire_at) in (
     select task, fire_at from schedule_run r where fire_at < now() - interval '30 days'
       and (cause = 'NOW' or exists (
         select from schedule_run n where n.task = r.task and n.fire_at > r.fire_at and n.cause <> 'NOW')) limit $1)`,
);

/** Runs older than 30 days. @returns how many, at most `most` */
export async function forgetScheduleRuns(reader: Reader, most: number): Promise<number> {
  return (await reader.query(SCHEDULE_RUNS, [most]))[0]!.count;
}

const WORKERS = forgotten(
  "forget_workers",
  "delete from worker_heartbeat where id in (select id from worker_heartbeat where at < now() - interval '1 day' limit $1)",
);

/** Workers that have been silent for a day. @returns how many, at most `most` */
export async function forgetWorkers(reader: Reader, most: number): Promise<number> {
  return (await reader.query(WORKERS, [most]))[0]!.count;
}
