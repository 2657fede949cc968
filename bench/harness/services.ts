import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "#platform/database/migrate.js";
import { startPostgres } from "#platform/embedded/postgres.js";
import { startRedis } from "#platform/embedded/redis.js";
import { defaultRedisCache } from "#platform/embedded/redis-binary.js";

export interface BenchServices {
  readonly databaseUrl: string;
  /** Path of a unix socket. */
  readonly redisUrl: string;
  /** The roots of their process trees. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/**
 * A PostgreSQL that syncs to disk and a Redis of the bench's own, migrated; they end with this process.
 * @param kept a directory whose data are taken up again and stay; without one they go at the end
 */
export async function startBenchServices(kept?: string): Promise<BenchServices> {
  const directory = kept ?? (await mkdtemp(join(tmpdir(), "postwatch-bench-")));
  const log = () => {};
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: join(directory, "postgres"), durable: true, log }),
    startRedis({
      dataDir: join(directory, "redis"),
      cacheDir: defaultRedisCache(undefined),
      ownBinary: undefined,
      persistent: false,
      log,
    }),
  ]);
  await migrate(postgres.url);
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    pids: [postgres.pid, redis.pid],
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
      if (kept === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
