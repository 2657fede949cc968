import { newId, type Id } from "#domain/ids.js";
import { nextTime } from "#domain/jobs/schedule.js";
import {
  claimOccurrence,
  databaseClock,
  lastOccurrences,
  noteJobOfOccurrence,
  scheduleDecisions,
  type ScheduleDecision,
} from "#domain/jobs/schedule.queries.js";
import type { Database } from "#platform/database/database.js";
import { inTransaction } from "#platform/database/unit-of-work.js";
import type { Logger } from "#platform/logger.js";
import { dueOccurrences, type DueOccurrence, type ScheduledTask } from "./scheduled-task.js";

/**
 * The clock of the schedules. Every worker has one; each occurrence is claimed by one of them, with its job in the same
 * transaction, so that neither a double start nor a crash in between can fire it twice or lose it. What the time is
 * says the database: a worker whose own clock is an hour off fires nothing early or late.
 */
export interface Ticker {
  /**
   * Fires what has become due since the last look.
   * @returns milliseconds until it is worth looking again
   */
  look(): Promise<number>;
}

export interface TickerParts {
  readonly database: Database;
  readonly tasks: readonly ScheduledTask[];
  readonly workerId: Id;
  readonly log: Logger;
}

/** A look at least this often: the database's clock may be set, and an administrator may decide otherwise. */
const LONGEST_WAIT_MS = 5_000;
const DAY_MS = 86_400_000;

export function createTicker(parts: TickerParts): Ticker {
  /** Up to when each task is looked after; empty until the first look. */
  const seenUntil = new Map<string, Date>();
  return {
    async look() {
      const now = await databaseClock(parts.database);
      const decisions = await scheduleDecisions(parts.database);
      if (seenUntil.size === 0) await rememberLast(parts, seenUntil, now);
      let next = now.getTime() + LONGEST_WAIT_MS;
      for (const task of parts.tasks) {
        const decision = decisions.get(task.name);
        const schedule = decided(task, decision);
        const after = countsAfter(seenUntil.get(task.name) ?? now, decision);
        const due = decision?.isPaused ? [] : dueOccurrences(schedule, after, now);
        for (const occurrence of due) await fire(parts, task, occurrence);
        seenUntil.set(task.name, now);
        next = Math.min(next, nextTime(schedule, now)?.getTime() ?? next);
      }
      return Math.max(1, next - now.getTime());
    },
  };
}

function decided(task: ScheduledTask, decision: ScheduleDecision | undefined) {
  const { pattern, timezone, missedRuns } = task.schedule;
  return {
    pattern: decision?.pattern ?? pattern,
    timezone: decision?.timezone ?? timezone,
    missedRuns: decision?.missedRuns ?? missedRuns,
  };
}

/** Nobody wants the times of a pause, or those that a new pattern would have had, to be made up for: nor after a restart. */
function countsAfter(seen: Date, decision: ScheduleDecision | undefined): Date {
  const effective = decision?.effectiveFrom;
  return effective ? new Date(Math.max(seen.getTime(), Date.parse(effective))) : seen;
}

/** While nobody was there, times passed: those of the last day are looked at, and the task says what becomes of them. */
async function rememberLast(parts: TickerParts, seenUntil: Map<string, Date>, now: Date): Promise<void> {
  const last = await lastOccurrences(
    parts.database,
    parts.tasks.map(({ name }) => name),
  );
  for (const { name } of parts.tasks) {
    const fired = last.get(name);
    seenUntil.set(name, new Date(Math.max(fired?.getTime() ?? now.getTime(), now.getTime() - DAY_MS)));
  }
}

async function fire(
  { database, workerId, log }: TickerParts,
  task: ScheduledTask,
  { fireAt, cause }: DueOccurrence,
): Promise<void> {
  const origin = {
    actor: { kind: "JOB", name: "schedule" } as const,
    tenantId: null,
    request: { requestId: newId() },
  };
  await inTransaction(database, origin, async (op) => {
    if (!(await claimOccurrence(op, { task: task.name, fireAt, cause, claimedBy: workerId }))) return;
    const jobId = await task.enqueue(op, fireAt);
    if (jobId === null) log.info({ task: task.name, fireAt }, "left out: the one before has not ended");
    else await noteJobOfOccurrence(op, task.name, fireAt, jobId);
  });
}
