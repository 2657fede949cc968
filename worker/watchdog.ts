import { statement, type Reader } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import { repeat, type Repetition } from "#platform/repeat.js";
import { reportError } from "#platform/sentry.js";

/**
 * Notices that what this worker has begun does not move any more: a run that asks for nothing, a lane whose mail does not
 * end, a place that does not look for work. While the database does not answer nothing can move, and nothing is held
 * against anybody. A loop that never gives the event loop back is noticed from outside of it: event-loop-guard.ts.
 */
export interface Watchdog extends Repetition {
  /** For readiness. */
  isStuck(): boolean;
  /** How long what was begun longest ago has not moved. */
  stalledMs(): number;
  /** Resolves, with a reason for people, when it has stood still for so long that the worker should end. */
  readonly standstill: Promise<string>;
}

export interface WatchLimits {
  readonly stuckAfterMs: number;
  readonly endAfterMs: number;
  /** So long without a turn of the event loop, and the process is killed. */
  readonly loopAfterMs: number;
}

export const WATCH_LIMITS: WatchLimits = { stuckAfterMs: 60_000, endAfterMs: 120_000, loopAfterMs: 60_000 };

/** Something of the worker that ought to move. `lastMoved` is by performance.now(). */
export interface Watched {
  readonly name: string;
  lastMoved(): number;
}

export interface WatchdogParts {
  readonly database: Reader;
  readonly watched: readonly Watched[];
  readonly log: Logger;
  readonly limits: Pick<WatchLimits, "stuckAfterMs" | "endAfterMs">;
}

class WorkerStandsStill extends Error {
  override readonly name = "WorkerStandsStill";
}

const LOOKS = 12;
const ANSWER = statement<object>("watchdog_answer", "select 1");

export function startWatchdog({ database, watched, log, limits }: WatchdogParts): Watchdog {
  const everyMs = Math.min(5_000, limits.stuckAfterMs / LOOKS);
  let answeredAt = performance.now();
  /** Before this nobody could move. */
  let excusedUntil = answeredAt;
  let wasStuck = false;
  let tell = (_reason: string) => {};
  const standstill = new Promise<string>((resolve) => (tell = resolve));

  const furthestBehind = () =>
    watched
      .map(({ name, lastMoved }) => ({ name, ms: performance.now() - Math.max(lastMoved(), excusedUntil) }))
      .reduce((worst, each) => (each.ms > worst.ms ? each : worst));
  const judge = () => {
    const { name, ms } = furthestBehind();
    const isStuck = ms > limits.stuckAfterMs;
    const facts = { what: name, seconds: Math.round(ms / 1_000) };
    if (isStuck && !wasStuck) log.error(facts, "what this worker has begun does not move");
    if (!isStuck && wasStuck) log.info({ what: name }, "what this worker has begun moves again");
    wasStuck = isStuck;
    if (ms <= limits.endAfterMs) return;
    const reason = `${name} has not moved for ${facts.seconds} s`;
    reportError(new WorkerStandsStill(reason), { where: "the watchdog" });
    tell(reason);
  };
  const looking = repeat(
    "the watchdog",
    async () => {
      try {
        await database.query(ANSWER);
      } catch (error) {
        excusedUntil = performance.now();
        throw error;
      }
      const now = performance.now();
      // It was silent, or the whole process was frozen: whatever waits for it has just begun to move.
      if (now - answeredAt > 3 * everyMs) excusedUntil = now;
      answeredAt = now;
      judge();
      return everyMs;
    },
    log,
  );
  return {
    ...looking,
    standstill,
    isStuck: () => wasStuck,
    stalledMs: () => Math.max(0, furthestBehind().ms),
  };
}
