import { takeDataDirectory } from "../../../platform/embedded/data-directory.js";
import { startPostgres } from "../../../platform/embedded/postgres.js";
import { startRedis } from "../../../platform/embedded/redis.js";

/** A process that takes a data directory, starts both services in it and waits to be killed. */
const [directory = "", mode = "services"] = process.argv.slice(2);
const log = (): void => {};

try {
  await takeDataDirectory(directory);
  if (mode === "services") {
    const postgres = await startPostgres({ dataDir: `${directory}/postgres`, durable: false, log });
    const cacheDir = `${directory}/cache`;
    const redis = await startRedis({ dataDir: `${directory}/redis`, cacheDir, persistent: true, log });
    process.send?.({ postgres: postgres.url, redis: redis.url });
  } else process.send?.("locked");
} catch (error) {
  process.send?.((error as Error).message);
}
setInterval(() => {}, 1_000);
