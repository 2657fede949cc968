import { Cron } from "croner";
import type { Id } from "#domain/ids.js";
import { POLICIES, type JobDefinition } from "#domain/jobs/define-job.js";
import { isUnfinished } from "#domain/jobs/schedule.queries.js";
import type { UnitOfWork } from "#domain/operation.js";

/** When a job is due again and again. */
export interface ScheduledTask {
  /** The job's type. */
  readonly name: string;
  readonly pattern: string;
  /** The next time after this one, in UTC. */
  next(after: Date): Date;
  /** Adds the job of this occurrence; null when it is left out because the one before has not ended. */
  enqueue(op: UnitOfWork, fireAt: Date): Promise<Id | null>;
}

/**
 * @param pattern five fields of cron, in UTC
 * @throws Error when the pattern never fires
 */
export function scheduled(pattern: string, job: JobDefinition<{ fireAt: string }>): ScheduledTask {
  const cron = new Cron(pattern, { timezone: "UTC", paused: true });
  return {
    name: job.type,
    pattern,
    next(after) {
      const at = cron.nextRun(after);
      if (at === null) throw new Error(`${job.type} has the pattern ${pattern}, which never fires.`);
      return at;
    },
    async enqueue(op, fireAt) {
      // A tick has one attempt and does not overlap: while one waits or runs, the next has nothing to add.
      const isTick = POLICIES[job.policy].attempts === 1;
      if (isTick && (await isUnfinished(op, job.queue, job.type))) return null;
      const at = fireAt.toISOString();
      return op.enqueue(job, { fireAt: at }, { key: at });
    },
  };
}
