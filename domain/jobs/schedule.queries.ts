import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { QueueName } from "./queue-names.js";

const CLAIM_OCCURRENCE = statement<object>(
  "claim_occurrence",
  `insert into schedule_run (task, fire_at, claimed_by) values ($1, $2, $3)
   on conflict (task, fire_at) do nothing returning 1`,
);

/** One process of many gets true, for each occurrence once and for ever. */
export async function claimOccurrence(
  reader: Reader,
  task: string,
  fireAt: Date,
  claimedBy: Id,
): Promise<boolean> {
  return (await reader.query(CLAIM_OCCURRENCE, [task, fireAt.toISOString(), claimedBy])).length === 1;
}

const LAST_OCCURRENCES = statement<{ task: string; fireAt: string }>(
  "last_occurrences",
  `select task, (select fire_at from schedule_run where schedule_run.task = wanted.task order by fire_at desc limit 1) as "fireAt"
   from unnest($1::text[]) as wanted (task)`,
);

/** When each task was fired last; tasks that never were are left out. */
export async function lastOccurrences(reader: Reader, tasks: readonly string[]): Promise<Map<string, Date>> {
  const rows = await reader.query(LAST_OCCURRENCES, [tasks]);
  return new Map(rows.flatMap(({ task, fireAt }) => (fireAt ? [[task, new Date(fireAt)] as const] : [])));
}

const IS_UNFINISHED = statement<{ found: boolean }>(
  "is_job_unfinished",
  "select exists (select from job where queue = $1 and state in ('WAITING', 'ACTIVE') and type = $2) as found",
);

/** Whether a job of this type waits or runs. */
export async function isUnfinished(reader: Reader, queue: QueueName, type: string): Promise<boolean> {
  return (await reader.query(IS_UNFINISHED, [queue, type]))[0]!.found;
}

const CLOCK = statement<{ now: string }>("database_clock", "select clock_timestamp() as now");

/** The one clock that all processes share. */
export async function databaseClock(reader: Reader): Promise<Date> {
  return new Date((await reader.query(CLOCK))[0]!.now);
}
