import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning } from "../../platform/embedded/processes.js";
import { startPostgres } from "../../platform/embedded/postgres.js";
import { startRedis } from "../../platform/embedded/redis.js";
import { defaultRedisCache } from "../../platform/embedded/redis-binary.js";

export interface TestServices {
  /** Of an empty database `postwatch`; its role may create more. */
  readonly databaseUrl: string;
  /** Path of a unix socket, as `new Redis(url)` takes it. */
  readonly redisUrl: string;
  /** Holds everything the services write; removed by `stop`. */
  readonly directory: string;
  stop(): Promise<void>;
}

const PREFIX = "postwatch-test-";

/** Real PostgreSQL and Redis of their own for one run. They end with this process, whatever ends it. */
export async function startServices(): Promise<TestServices> {
  await sweep();
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const notes: string[] = [];
  const log = (line: string) => void notes.push(line);
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres({ dataDir: join(directory, "postgres"), durable: false, log }),
      startRedis({
        dataDir: join(directory, "redis"),
        cacheDir: defaultRedisCache(process.env.XDG_CACHE_HOME),
        ownBinary: process.env.REDIS_SERVER_BIN,
        persistent: false,
        log,
      }),
    ]);
    return {
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      directory,
      async stop() {
        await Promise.all([postgres.stop(), redis.stop()]);
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    throw new Error(`The services of the tests did not start.\n${notes.join("\n")}`, { cause: error });
  }
}

/** A run that was killed leaves its directory; its services are gone. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split("-")[0] : 0);
    if (pid && !isRunning(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}
