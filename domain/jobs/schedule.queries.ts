import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { QueueName } from "./queue-names.js";
import type { MissedRuns } from "./schedule.js";

/** One time of one task. */
export interface Occurrence {
  readonly task: string;
  readonly fireAt: Date;
  readonly cause: "SCHEDULE" | "MISSED" | "NOW";
  readonly claimedBy: Id;
}

const CLAIM_OCCURRENCE = statement<object>(
  "claim_occurrence",
  `insert into schedule_run (task, fire_at, claimed_by, cause) values ($1, $2, $3, $4)
   on conflict (task, fire_at) do nothing returning 1`,
);

/** One process of many gets true, for each occurrence once and for ever. */
export async function claimOccurrence(reader: Reader, occurrence: Occurrence): Promise<boolean> {
  const { task, fireAt, cause, claimedBy } = occurrence;
  return (await reader.query(CLAIM_OCCURRENCE, [task, fireAt.toISOString(), claimedBy, cause])).length === 1;
}

const NOTE_JOB = statement<object>(
  "note_job_of_occurrence",
  "update schedule_run set job_id = $3 where task = $1 and fire_at = $2",
);

/** An occurrence without a job was left out. */
export async function noteJobOfOccurrence(
  reader: Reader,
  task: string,
  fireAt: Date,
  jobId: Id,
): Promise<void> {
  await reader.query(NOTE_JOB, [task, fireAt.toISOString(), jobId]);
}

/** What an administrator has decided about a schedule; null where it is as the product has it. */
export interface ScheduleDecision {
  readonly task: string;
  readonly pattern: string | null;
  readonly timezone: string | null;
  readonly missedRuns: MissedRuns | null;
  readonly isPaused: boolean;
  /** When it was resumed or its times were changed last: none before that counts. */
  readonly effectiveFrom: string | null;
}

const DECISIONS = statement<ScheduleDecision>(
  "schedule_decisions",
  `select task, pattern, timezone, missed_runs as "missedRuns", paused_at is not null as "isPaused",
     effective_from as "effectiveFrom" from schedule_setting`,
);

export async function scheduleDecisions(reader: Reader): Promise<Map<string, ScheduleDecision>> {
  return new Map((await reader.query(DECISIONS)).map((decision) => [decision.task, decision]));
}

const LAST_OCCURRENCES = statement<{ task: string; fireAt: string }>(
  "last_occurrences",
  `select task, (select fire_at from schedule_run where schedule_run.task = wanted.task and cause <> 'NOW'
     order by fire_at desc limit 1) as "fireAt"
   from unnest($1::text[]) as wanted (task)`,
);

/**
 * When each task was fired last by its schedule; tasks that never were are left out. What somebody started by hand says
 * nothing about the times before it.
 */
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
