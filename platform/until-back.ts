import { setTimeout as sleep } from "node:timers/promises";
import { UnavailableError } from "#domain/errors.js";

/** SQLSTATEs: connection lost, server starting or stopping, out of resources; deadlock, lock or statement time-out; a standby. */
const PASSING = /^(08|57P|53)|^(40001|40P01|55P03|57014|25006)$/;
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** Whether the same statement may work in a moment: the database is away or busy. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnavailableError) return true;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && SQLSTATE.test(code)) return PASSING.test(code);
  return /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|terminat|closed|timeout/i.test(
    `${String(code)} ${String(message)}`,
  );
}

/**
 * Repeats `work` until the database is back. For statements that are safe to repeat.
 * @param isEnough asked before each repetition; true gives up
 * @throws the last error when it is not one that passes, or when it is enough
 */
export async function untilBack<T>(work: () => Promise<T>, isEnough: () => boolean): Promise<T> {
  for (let delayMs = 50; ; delayMs = Math.min(1000, delayMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || isEnough()) throw error;
    }
    await sleep(delayMs);
  }
}
