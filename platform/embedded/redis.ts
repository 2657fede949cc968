import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGuarded } from "./guarded-child.js";
import { lastLines, openLogFile } from "./log-file.js";
import { type RedisSearch, findRedis } from "./redis-binary.js";
import { waitUntil } from "./wait-until.js";

export interface RedisOptions extends RedisSearch {
  /** Holds the append-only file, the socket and the log; made when missing. */
  readonly dataDir: string;
  /** False for tests: nothing is kept. */
  readonly persistent: boolean;
}

export interface RunningRedis {
  /**
   * The absolute path of a unix socket, such as `/home/ada/postwatch/.postwatch/redis/redis.sock`. It can be handed
   * to `new Redis(url)` of ioredis as it is; only this user can connect, and no port is taken.
   */
  readonly url: string;
  /** Process group of the server and its guard. */
  readonly pid: number;
  /** Resolves with the exit code when the server has ended, whoever ended it. */
  readonly exited: Promise<number>;
  /** After `timeoutMs` (20 s) without an end it is killed. */
  stop(timeoutMs?: number): Promise<void>;
}

/** The address of a socket has 104 bytes on macOS and 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;

/**
 * Starts Redis on a unix socket. It ends with this process.
 * @throws Error naming the ways to a Redis server when there is none; with the last lines of its log when it does
 *   not come up.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  const program = await findRedis(options);
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const socket = await placeSocket(options.dataDir);
  await outwaitPredecessor(socket.path);
  const logPath = join(options.dataDir, "redis.log");
  const output = await openLogFile(logPath);
  const settings = settingsFor(options, socket.path);
  const child = await startGuarded([...program.command, ...settings], {
    stopSignal: "TERM", // a second INT would make it drop everything at once
    output: output.fd,
  }).finally(() => output.close());
  const isUp = await waitUntil(() => isReady(socket.path), {
    timeoutMs: 60_000, // a long append-only file takes a while to read
    everyMs: 10,
    giveUp: () => child.exitCode() !== null,
  });
  if (!isUp) {
    await child.stop();
    throw new Error(`Redis did not start (code ${child.exitCode()}):\n${await lastLines(logPath)}`);
  }
  return {
    url: socket.path,
    pid: child.pid,
    exited: child.exited,
    async stop(timeoutMs) {
      await child.stop(timeoutMs);
      await socket.remove();
    },
  };
}

function settingsFor(options: RedisOptions, socketPath: string): string[] {
  const settings = {
    port: "0",
    unixsocket: socketPath,
    unixsocketperm: "700",
    dir: options.dataDir,
    save: "",
    appendonly: options.persistent ? "yes" : "no",
    appendfsync: "everysec",
    "maxmemory-policy": "noeviction", // a queue must never lose a key to make room
    daemonize: "no",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function placeSocket(dataDir: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = join(dataDir, "redis.sock");
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return { path, remove: async () => {} };
  const place = [tmpdir(), "/tmp"].find((directory) => Buffer.byteLength(directory) < 70) ?? "/tmp";
  const directory = await mkdtemp(join(place, "postwatch-"));
  return {
    path: join(directory, "redis.sock"),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** After kill -9 of our predecessor its server may need a moment to end; two must never write one file. */
async function outwaitPredecessor(socketPath: string): Promise<void> {
  const isGone = await waitUntil(async () => (await ask(socketPath)) === null, {
    timeoutMs: 10_000,
    everyMs: 25,
  });
  if (!isGone) throw new Error(`A Redis server still answers on ${socketPath}. Stop it, then start again.`);
  await rm(socketPath, { force: true });
}

/** Whether a server listens that is ready for commands; one that still reads its file answers LOADING. */
async function isReady(socketPath: string): Promise<boolean> {
  return (await ask(socketPath))?.startsWith("+PONG") ?? false;
}

/** The answer to PING, "" when none came in a second, null when nobody listens. */
async function ask(socketPath: string): Promise<string | null> {
  return new Promise((resolve) => {
    const client = connect(socketPath);
    const settle = (answer: string | null) => {
      client.destroy();
      resolve(answer);
    };
    client.setTimeout(1_000, () => settle(""));
    client.once("connect", () => client.write("PING\r\n"));
    client.once("data", (answer) => settle(answer.toString("latin1")));
    client.once("error", () => settle(null));
  });
}
