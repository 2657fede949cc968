import type { Redis, RedisOptions } from "ioredis";
import type { Logger } from "./logger.js";

/** The address as ioredis takes it: it knows redis://, rediss:// and the bare path of a unix socket. */
export function redisAddress(url: string): string {
  return url.startsWith("unix:") ? decodeURIComponent(new URL(url).pathname) : url;
}

/** For every connection: come back within a second of Redis' return, and leave a replica that was a primary. */
export const RECONNECT: RedisOptions = {
  connectTimeout: 3_000,
  retryStrategy: (attempt) => Math.min(25 * 2 ** Math.min(attempt, 6), 1_000),
  // 1: reconnect, and tell whoever asked. Sent again, a command would go round for as long as there is no primary.
  reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 1 : false),
};

/**
 * Writes an outage to the log once when it begins and once, with its length, when it is over. Without a listener
 * an error event of ioredis would be printed by ioredis itself, every try anew.
 */
export function logOutages(client: Redis, name: string, log: Logger): void {
  let since: number | null = null;
  client.on("error", (error: Error) => {
    if (since !== null) return;
    since = performance.now();
    log.warn({ connection: name, error: error.message }, "Redis cannot be reached; trying again");
  });
  client.on("ready", () => {
    if (since === null) return;
    const seconds = Math.round((performance.now() - since) / 100) / 10;
    since = null;
    log.info({ connection: name, seconds }, "Redis can be reached again");
  });
}

/** Redis did not answer in time; the command may still have its effect. */
export class RedisTimeout extends Error {
  constructor(what: string, timeoutMs: number) {
    super(`Redis did not answer ${what} within ${timeoutMs} ms.`);
    this.name = "RedisTimeout";
  }
}

/** @throws RedisTimeout; a later failure of `answer` is swallowed. */
export async function within<T>(timeoutMs: number, what: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RedisTimeout(what, timeoutMs)), timeoutMs);
  });
  answer.catch(() => {});
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
