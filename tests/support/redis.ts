import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRedisCache } from "../../platform/embedded/redis-binary.js";
import { startRedis, type RunningRedis } from "../../platform/embedded/redis.js";

/** A Redis of the caller's own that may be killed, frozen and started again on the same address. */
export interface OwnRedis {
  readonly url: string;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** After `kill`: the same address, and the same keys when it is persistent and not to be `empty`. */
  start(options?: { readonly empty?: boolean }): Promise<void>;
  /** It keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/**
 * @param options.persistent keeps its keys over a kill (append-only file). Default true.
 * @param options.place where its files are
 */
export async function ownRedis(options: { persistent?: boolean; place?: string } = {}): Promise<OwnRedis> {
  const directory = await mkdtemp(join(options.place ?? tmpdir(), "pw-redis-"));
  const launch = (): Promise<RunningRedis> =>
    startRedis({
      dataDir: directory,
      cacheDir: defaultRedisCache(process.env.XDG_CACHE_HOME),
      ownBinary: process.env.REDIS_SERVER_BIN,
      persistent: options.persistent ?? true,
      log: () => {},
    });
  let server = await launch();
  const signal = (name: NodeJS.Signals) => process.kill(-server.pid, name);
  return {
    url: server.url,
    async kill() {
      signal("SIGKILL");
      await server.exited;
    },
    async start({ empty = false } = {}) {
      if (empty) await rm(join(directory, "appendonlydir"), { recursive: true, force: true });
      server = await launch();
    },
    freeze: () => void signal("SIGSTOP"),
    thaw: () => void signal("SIGCONT"),
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
