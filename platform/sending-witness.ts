import { Redis } from "ioredis";
import type { Logger } from "./logger.js";
import { logOutages, RECONNECT, redisAddress, within } from "./redis.js";

/** How far the database was known to be, kept in Redis: see domain/sending/fence.ts. */
export interface SendingWitness {
  /** The highest number that was noted, 0 when there is none; null when Redis does not tell. */
  read(): Promise<number | null>;
  /** A lower one than is there changes nothing. */
  note(epoch: number): Promise<void>;
  close(): void;
}

const ANSWER_MS = 1_000;

export function openSendingWitness(redisUrl: string, prefix: string, log: Logger): SendingWitness {
  const redis = new Redis(redisAddress(redisUrl), { ...RECONNECT, maxRetriesPerRequest: 1 });
  logOutages(redis, "the witness of sending", log);
  const key = `${prefix}:sending-epoch`;
  return {
    async read() {
      try {
        return Number((await within(ANSWER_MS, "ZSCORE", redis.zscore(key, "database"))) ?? 0);
      } catch {
        return null;
      }
    },
    async note(epoch) {
      try {
        await within(ANSWER_MS, "ZADD", redis.zadd(key, "GT", epoch, "database"));
      } catch {
        // The next one is higher.
      }
    },
    close: () => redis.disconnect(),
  };
}
