import { createRequire } from "node:module";
import { Redis, type RedisOptions } from "ioredis";

/**
 * The one client that bee-queue works with and that outlives a restart of Redis.
 *
 * bee-queue 2.0 loads its Lua scripts once and calls them by their sum for ever after. When Redis restarts, fails over
 * or is told SCRIPT FLUSH, the scripts are gone, and every save and every recovery answers NOSCRIPT until the process
 * ends (bee-queue issues 489 and 147). Here the script itself is sent when its sum is not known.
 *
 * bee-queue also takes a client only by the name of its class ("Redis"). ioredis reports another one, is mistaken for
 * an options object, and bee-queue connects to 127.0.0.1:6379 without a word (issue 484). Hence the name below.
 */
class BeeRedis extends Redis {
  /** bee-queue makes its blocking connection by this; auto-pipelining would make its BRPOPLPUSHes wait for each other. */
  override duplicate(override?: Partial<RedisOptions>): Redis {
    return super.duplicate({ ...override, enableAutoPipelining: false, maxRetriesPerRequest: null });
  }
}

type Callback = (error: Error | null, value?: unknown) => void;
type Command = (...args: unknown[]) => Promise<unknown>;
interface Transaction {
  exec(callback?: Callback): Promise<unknown>;
}
interface Commands {
  evalsha: Command;
  eval: Command;
  multi(...args: unknown[]): Transaction;
}

interface Lua {
  readonly scripts: Readonly<Record<string, string>>;
  readonly shas: Readonly<Record<string, string>>;
  buildCache(client: Redis): Promise<unknown>;
}
const lua = createRequire(import.meta.url)("bee-queue/lib/lua") as Lua;
const scriptOf = (sha: unknown): string | undefined => {
  const name = Object.keys(lua.shas).find((name) => lua.shas[name] === sha);
  return name && lua.scripts[name];
};

// ioredis declares its commands with some fifty overloads each; what bee-queue calls is set here in one plain form.
const plain = Redis.prototype as unknown as Commands;
const { evalsha, multi } = plain;
Object.assign(BeeRedis.prototype, {
  evalsha(this: Commands, ...args: unknown[]) {
    const callback = typeof args.at(-1) === "function" ? (args.pop() as Callback) : undefined;
    const answer = evalsha.apply(this, args).catch((error: Error) => {
      const script = error.message.startsWith("NOSCRIPT") ? scriptOf(args[0]) : undefined;
      if (script === undefined) throw error;
      return this.eval(script, ...args.slice(1));
    });
    return callback ? report(answer, callback) : answer;
  },
  /** node_redis answers a transaction with plain values, ioredis with pairs of error and value. */
  multi(this: Commands, ...args: unknown[]) {
    const transaction = multi.apply(this, args);
    const exec = transaction.exec.bind(transaction);
    transaction.exec = (callback) => {
      const answer = exec().then((pairs) => (pairs as [Error | null, unknown][]).map(valueOf));
      return callback ? report(answer, callback) : answer;
    };
    return transaction;
  },
});
Object.defineProperty(BeeRedis, "name", { value: "Redis" });

function valueOf([error, value]: [Error | null, unknown]): unknown {
  if (error) throw error;
  return value;
}

async function report(answer: Promise<unknown>, callback: Callback): Promise<void> {
  try {
    callback(null, await answer);
  } catch (error) {
    callback(error as Error);
  }
}

/** Connects at once and for ever: commands wait while Redis is away. */
export function newBeeRedis(address: string, options: Omit<RedisOptions, "replyMapping">): Redis {
  return new BeeRedis(address, { ...options, maxRetriesPerRequest: null });
}

/** Must have ended before the first queue is made: bee-queue knows the sums of its scripts only then. */
export async function loadScripts(client: Redis): Promise<void> {
  await lua.buildCache(client);
}
