import type { Id } from "#domain/ids.js";
import { POLICIES, type JobDefinition } from "#domain/jobs/define-job.js";
import { nextTime, type ScheduleDefinition } from "#domain/jobs/schedule.js";
import { isUnfinished } from "#domain/jobs/schedule.queries.js";
import type { UnitOfWork } from "#domain/operation.js";

/** A job that the product adds by itself, again and again. */
export interface ScheduledTask {
  /** The job's type. */
  readonly name: string;
  /** As the product has it; an administrator may have decided otherwise. */
  readonly schedule: ScheduleDefinition;
  /** Adds the job of this occurrence; null when it is left out because the one before has not ended. */
  enqueue(op: UnitOfWork, fireAt: Date): Promise<Id | null>;
}

export function scheduled(
  job: JobDefinition<{ fireAt: string }>,
  schedule: ScheduleDefinition,
): ScheduledTask {
  return {
    name: job.type,
    schedule,
    async enqueue(op, fireAt) {
      // A tick has one attempt and does not overlap: while one waits or runs, the next has nothing to add.
      const isTick = POLICIES[job.policy].attempts === 1;
      if (isTick && (await isUnfinished(op, job.queue, job.type))) return null;
      const at = fireAt.toISOString();
      return op.enqueue(job, { fireAt: at }, { key: at });
    },
  };
}

/** After a long silence of the database the newest occurrences will do. */
const MOST_AT_ONCE = 60;

/** Later than `after`, not later than `upTo`; the newest ones. */
export function occurrences(schedule: ScheduleDefinition, after: Date, upTo: Date): Date[] {
  const found: Date[] = [];
  for (let at = nextTime(schedule, after); at !== null && at <= upTo; at = nextTime(schedule, at)) {
    found.push(at);
    if (found.length > MOST_AT_ONCE) found.shift();
  }
  return found;
}

/** An occurrence that nobody saw for so long was missed: no worker was there, or the database was away. */
const MISSED_AFTER_MS = 60_000;

export interface DueOccurrence {
  readonly fireAt: Date;
  readonly cause: "SCHEDULE" | "MISSED";
}

/** Which of the times that have passed are fired after all. */
export function dueOccurrences(schedule: ScheduleDefinition, after: Date, now: Date): DueOccurrence[] {
  const all = occurrences(schedule, after, now).map((fireAt): DueOccurrence => {
    const isMissed = now.getTime() - fireAt.getTime() > MISSED_AFTER_MS;
    return { fireAt, cause: isMissed ? "MISSED" : "SCHEDULE" };
  });
  if (schedule.missedRuns === "ALL") return all;
  const inTime = all.filter(({ cause }) => cause === "SCHEDULE");
  return schedule.missedRuns === "LAST" && inTime.length === 0 ? all.slice(-1) : inTime;
}
