import { invalid } from "../errors.js";
import type { Id } from "../ids.js";
import { JOB_CATALOGUE } from "../job-catalogue.js";
import { statement, type Reader } from "../operation.js";
import type { JobDefinition } from "./define-job.js";
import type { VisibleJobState } from "./job.lifecycle.js";
import type { QueueName } from "./queue-names.js";
import { nextTime, type MissedRuns, type ScheduleDefinition } from "./schedule.js";
import type { Occurrence } from "./schedule.queries.js";

export type ScheduledJob = JobDefinition<{ fireAt: string }> & { readonly schedule: ScheduleDefinition };

/** Every job that the product adds by itself. */
const SCHEDULED = JOB_CATALOGUE.filter(({ schedule }) => schedule !== undefined) as unknown as ScheduledJob[];
const NAMES = SCHEDULED.map(({ type }) => type);

/** @throws InvalidInputError naming those that there are */
export function demandScheduled(name: string): ScheduledJob {
  const job = SCHEDULED.find(({ type }) => type === name);
  if (!job) throw invalid(["name"], "picklist", `name must be one of ${NAMES.join(", ")}.`, name);
  return job;
}

/** What administrators have decided; null: as the product has it. */
export interface StoredDecision {
  readonly pattern: string | null;
  readonly timezone: string | null;
  readonly missedRuns: MissedRuns | null;
}

/** What is in force. */
export function decided(
  { schedule }: ScheduledJob,
  decision: StoredDecision | undefined,
): ScheduleDefinition {
  return {
    pattern: decision?.pattern ?? schedule.pattern,
    timezone: decision?.timezone ?? schedule.timezone,
    missedRuns: decision?.missedRuns ?? schedule.missedRuns,
  };
}

/** One time that it was due. */
export interface ScheduleRunView {
  readonly fireAt: string;
  readonly cause: Occurrence["cause"];
  /** Null: left out, the one before had not ended. */
  readonly jobId: Id | null;
  /** Null also when the job has been cleaned up. */
  readonly state: VisibleJobState | null;
  readonly durationMs: number | null;
}

export interface ScheduleView extends ScheduleDefinition {
  /** The job's type. */
  readonly name: string;
  readonly queue: QueueName;
  readonly isChanged: boolean;
  readonly paused: boolean;
  readonly pausedAt: string | null;
  readonly pausedById: Id | null;
  readonly nextRunAt: Date | null;
  /** Newest first, at most 20. */
  readonly recentRuns: readonly ScheduleRunView[];
  readonly version: number;
}

interface Setting extends StoredDecision {
  readonly task: string;
  readonly pausedAt: string | null;
  readonly pausedById: Id | null;
  readonly version: number;
}

const SETTINGS = statement<Setting>(
  "schedule_settings",
  `select task, pattern, timezone, missed_runs as "missedRuns", paused_at as "pausedAt", paused_by as "pausedById", version
   from schedule_setting where task = any($1::text[])`,
);
const RUNS = statement<ScheduleRunView & { readonly task: string }>(
  "schedule_runs",
  `select task, fire_at as "fireAt", cause, job_id as "jobId", job.state,
     (extract(epoch from job.finished_at - job.started_at) * 1000)::float8 as "durationMs"
   from unnest($1::text[]) as wanted (name) cross join lateral (
     select * from schedule_run where task = wanted.name order by fire_at desc limit 20) run
   left join job on job.id = run.job_id order by task, fire_at desc`,
);
const CLOCK = statement<{ now: string }>("schedules_clock", "select now() as now");

/** All of them in the order of the catalogue, or one. */
export async function readSchedules(reader: Reader, name?: string): Promise<ScheduleView[]> {
  const jobs = name === undefined ? SCHEDULED : [demandScheduled(name)];
  const wanted = [jobs.map(({ type }) => type)];
  const [settings, runs, [clock]] = await Promise.all([
    reader.query(SETTINGS, wanted),
    reader.query(RUNS, wanted),
    reader.query(CLOCK),
  ]);
  return jobs.map((job) => {
    const setting = settings.find(({ task }) => task === job.type);
    const schedule = decided(job, setting);
    const paused = setting?.pausedAt != null;
    return {
      name: job.type,
      queue: job.queue,
      ...schedule,
      isChanged: Boolean(setting?.pattern ?? setting?.timezone ?? setting?.missedRuns),
      paused,
      pausedAt: setting?.pausedAt ?? null,
      pausedById: setting?.pausedById ?? null,
      nextRunAt: paused ? null : nextTime(schedule, new Date(clock!.now)),
      recentRuns: runs.filter(({ task }) => task === job.type),
      version: setting?.version ?? 1,
    };
  });
}
