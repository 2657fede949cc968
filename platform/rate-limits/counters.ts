import { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Logger } from "../logger.js";
import { logOutages, RECONNECT, redisAddress } from "../redis.js";

/** A counter of points in a window, shared by all servers. */
export interface CounterOptions {
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
  /** Over the limit: refused for so long, whatever the window. */
  readonly blockSeconds?: number;
  /** Points are given back or forgotten before the window is over; every server must hear of it at once. */
  readonly isForgiving?: boolean;
}

/** Redis that does not answer in time counts as away. */
const ANSWER_WITHIN_MS = 400;

/** The counters of one process, on one connection. While Redis is away each process counts in its own memory. */
export class Counters {
  private readonly client: Redis;

  constructor(
    redisUrl: string,
    private readonly prefix: string,
    log: Logger,
  ) {
    this.client = new Redis(redisAddress(redisUrl), {
      ...RECONNECT,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_WITHIN_MS,
      // Cuts the line to a silent Redis. Until it speaks again nobody waits: a sign-in asks five times.
      socketTimeout: ANSWER_WITHIN_MS,
    });
    logOutages(this.client, "rate limits", log);
  }

  open({ name, points, seconds, blockSeconds = 0, isForgiving = false }: CounterOptions): RateLimiterRedis {
    const shared = {
      keyPrefix: `${this.prefix}:limit:${name}`,
      points,
      duration: seconds,
      blockDuration: blockSeconds,
    };
    return new RateLimiterRedis({
      ...shared,
      storeClient: this.client,
      useRedisPackage: false,
      insuranceLimiter: new RateLimiterMemory(shared),
      // Whoever is far over the limit is refused without asking Redis again, until the window is over.
      ...(blockSeconds === 0 && !isForgiving && { inMemoryBlockOnConsumed: points + 1 }),
    });
  }

  close(): void {
    this.client.disconnect();
  }
}

/** What the library rejects with when points run out; anything else is a fault. */
export function refusalOf(thrown: unknown): RateLimiterRes {
  if (thrown instanceof RateLimiterRes) return thrown;
  throw thrown instanceof Error ? thrown : new Error(String(thrown));
}

export const secondsOf = ({ msBeforeNext }: RateLimiterRes): number =>
  Math.max(1, Math.ceil(msBeforeNext / 1000));
