import { Redis } from "ioredis";
import { redisAddress } from "./redis.js";

/** Redis would drop keys, and so rings and counters of limits, when its memory is full. */
export class EvictionError extends Error {
  constructor(policy: string) {
    super(
      `Redis has maxmemory-policy ${policy}, which drops keys of the queues when memory is full. ` +
        "Set it to noeviction (redis-cli config set maxmemory-policy noeviction), or set REDIS_URL to another server.",
    );
    this.name = "EvictionError";
  }
}

/** How long a start waits to learn whether Redis is there and fit. */
export const GREETING_MS = 2_000;

/**
 * INFO is open to more users than CONFIG. A server that tells neither is taken as it is.
 * @throws EvictionError
 */
export async function refuseEviction(client: Redis): Promise<void> {
  const memory = await client.info("memory").catch(() => "");
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy && policy !== "noeviction") throw new EvictionError(policy);
}

/**
 * On a connection of its own, for a process that has none yet. A Redis that is away or silent is taken as it is: the
 * process serves without it.
 * @throws EvictionError
 */
export async function refuseEvictionAt(redisUrl: string): Promise<void> {
  const client = new Redis(redisAddress(redisUrl), {
    connectTimeout: GREETING_MS,
    commandTimeout: GREETING_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on("error", () => {});
  await refuseEviction(client).finally(() => client.disconnect());
}
