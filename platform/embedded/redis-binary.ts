import { execFile } from "node:child_process";
import { access, constants, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compileRedis } from "./redis-compile.js";
import { locate } from "./processes.js";
import { fetchRedisWithApt, installRedisWithApt } from "./redis-apt.js";

/** The ways to a Redis server, in the order they are tried. */
export const REDIS_RUNGS = ["own-binary", "path", "cache", "private-apt", "apt", "compile"] as const;
export type RedisRung = (typeof REDIS_RUNGS)[number];

export interface RedisSearch {
  /** Where a fetched server is kept; the same for all checkouts of a user, so that it is fetched once. */
  readonly cacheDir: string;
  /** One line a rung. */
  readonly log: (line: string) => void;
  /** A server named by the user (REDIS_SERVER_BIN). When it does not work, nothing else is tried. */
  readonly ownBinary?: string;
  /** Rungs to leave out, for tests. */
  readonly skip?: readonly RedisRung[];
}

export interface RedisServerProgram {
  /** What to put before the server's arguments. */
  readonly command: readonly string[];
  readonly rung: RedisRung;
  /** The first line of `--version`. */
  readonly version: string;
}

const NAMES = ["redis-server", "valkey-server"] as const;

/** A folder of this user that survives the checkout: XDG_CACHE_HOME is honoured through `configured`. */
export function defaultRedisCache(configured?: string): string {
  const system =
    process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
  return join(configured || system, "postwatch", "redis");
}

/**
 * Finds a Redis server, or fetches one.
 * @throws Error naming REDIS_SERVER_BIN when that does not work; naming all the ways when none does.
 */
export async function findRedis(search: RedisSearch): Promise<RedisServerProgram> {
  const rungs: Record<RedisRung, () => Promise<readonly string[] | null>> = {
    "own-binary": async () => (search.ownBinary ? [search.ownBinary] : null),
    path: onPath,
    cache: () => inCache(search.cacheDir),
    "private-apt": async () => ((await fetchRedisWithApt(search)) ? inCache(search.cacheDir) : null),
    apt: async () => ((await installRedisWithApt(search.log)) ? onPath() : null),
    compile: async () => ((await compileRedis(search)) ? inCache(search.cacheDir) : null),
  };
  for (const rung of REDIS_RUNGS) {
    if (search.skip?.includes(rung)) continue;
    const found = await attempt(rung, rungs[rung], search);
    if (found !== null) return found;
  }
  throw new Error(
    "No Redis server was found and none could be fetched. Any one of these will do:\n" +
      "  - set REDIS_URL to a running server, for instance: docker run -d -p 127.0.0.1:6379:6379 redis:7-alpine, " +
      "then REDIS_URL=redis://127.0.0.1:6379\n" +
      "  - install one: apt-get install redis-server, dnf install redis, apk add redis or brew install redis\n" +
      "  - set REDIS_SERVER_BIN to the path of a redis-server or valkey-server program",
  );
}

async function attempt(
  rung: RedisRung,
  look: () => Promise<readonly string[] | null>,
  search: RedisSearch,
): Promise<RedisServerProgram | null> {
  let command: readonly string[] | null = null;
  let reason = "nothing there";
  try {
    command = await look();
  } catch (error) {
    reason = (error as Error).message;
  }
  const version = command && (await versionOf(command));
  if (command && version) {
    search.log(`Redis by ${rung}: ${command.at(-1)} (${version})`);
    return { command, rung, version };
  }
  if (rung === "own-binary") {
    if (!search.ownBinary) return null;
    throw new Error(
      `REDIS_SERVER_BIN is "${search.ownBinary}", which is not a Redis or Valkey server that runs here. ` +
        "Give the path of a redis-server program, or unset it.",
    );
  }
  search.log(`Redis by ${rung}: ${command ? `${command.at(-1)} does not run` : reason}`);
  return null;
}

/** "Redis server v=7.0.15 …" or "Valkey server v=8.1.1 …"; null for any other program. */
async function versionOf(command: readonly string[]): Promise<string | null> {
  const [program = "", ...args] = command;
  try {
    const { stdout } = await promisify(execFile)(program, [...args, "--version"], { timeout: 5_000 });
    return /^(?:Redis|Valkey) server v=\S+/i.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}

async function onPath(): Promise<readonly string[] | null> {
  for (const name of NAMES) {
    const program = await locate(name);
    if (program) return [program];
  }
  return null;
}

/** A server from packages brings its libraries along, which the loader must be told of. */
async function inCache(cacheDir: string): Promise<readonly string[] | null> {
  for (const [root, bin] of [
    ["deb", "usr/bin"],
    ["compiled", "bin"],
  ] as const)
    for (const name of NAMES) {
      const program = join(cacheDir, root, bin, name);
      if (!(await isExecutable(program))) continue;
      const libraries = await libraryDirectories(join(cacheDir, root));
      return libraries.length
        ? ["/usr/bin/env", `LD_LIBRARY_PATH=${libraries.join(":")}`, program]
        : [program];
    }
  return null;
}

async function libraryDirectories(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const libraries = entries.filter((entry) => /\.so(\.|$)/.test(entry.name));
  return [...new Set(libraries.map((entry) => entry.parentPath))];
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
