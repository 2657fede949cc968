import type { Id } from "#domain/ids.js";
import { newId } from "#domain/ids.js";
import { claimOccurrence, databaseClock, lastOccurrences } from "#domain/jobs/schedule.queries.js";
import type { Database } from "#platform/database/database.js";
import { inTransaction } from "#platform/database/unit-of-work.js";
import type { Logger } from "#platform/logger.js";
import type { ScheduledTask } from "./scheduled-task.js";

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

/** A look at least this often: the database's clock may be set. */
const LONGEST_WAIT_MS = 15_000;
/** After a long silence of the database the newest occurrences will do. */
const MOST_AT_ONCE = 60;
const DAY_MS = 86_400_000;

export function createTicker(parts: TickerParts): Ticker {
  /** Up to when each task is looked after; empty until the first look. */
  const seenUntil = new Map<string, Date>();
  return {
    async look() {
      const now = await databaseClock(parts.database);
      if (seenUntil.size === 0) await rememberLast(parts, seenUntil, now);
      let next = now.getTime() + LONGEST_WAIT_MS;
      for (const task of parts.tasks) {
        for (const fireAt of occurrences(task, seenUntil.get(task.name) ?? now, now)) {
          await fire(parts, task, fireAt);
          seenUntil.set(task.name, fireAt);
        }
        next = Math.min(next, task.next(now).getTime());
      }
      return Math.max(1, next - now.getTime());
    },
  };
}

/** While nobody was there, occurrences passed: the last one of each task is made up for, if of the last day. */
async function rememberLast(parts: TickerParts, seenUntil: Map<string, Date>, now: Date): Promise<void> {
  const last = await lastOccurrences(
    parts.database,
    parts.tasks.map(({ name }) => name),
  );
  for (const task of parts.tasks) {
    const fired = last.get(task.name);
    const since = new Date(Math.max(fired?.getTime() ?? now.getTime(), now.getTime() - DAY_MS));
    const missed = occurrences(task, since, now).at(-1);
    seenUntil.set(task.name, missed ? new Date(missed.getTime() - 1) : now);
  }
}

/** Later than `after`, not later than `upTo`; the newest ones. */
export function occurrences(task: ScheduledTask, after: Date, upTo: Date): Date[] {
  const found: Date[] = [];
  for (let at = task.next(after); at <= upTo; at = task.next(at)) {
    found.push(at);
    if (found.length > MOST_AT_ONCE) found.shift();
  }
  return found;
}

async function fire(parts: TickerParts, task: ScheduledTask, fireAt: Date): Promise<void> {
  const { database, workerId, log } = parts;
  const origin = {
    actor: { kind: "JOB", name: "schedule" } as const,
    tenantId: null,
    request: { requestId: newId() },
  };
  await inTransaction(database, origin, async (op) => {
    if (!(await claimOccurrence(op, task.name, fireAt, workerId))) return;
    const jobId = await task.enqueue(op, fireAt);
    if (jobId === null) log.info({ task: task.name, fireAt }, "left out: the one before has not ended");
  });
}
