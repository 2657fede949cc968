import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { newId, type Id } from "#domain/ids.js";
import { QUEUE_NAMES, type QueueName } from "#domain/jobs/queue-names.js";
import type { Logger } from "../logger.js";
import { EvictionError, GREETING_MS, refuseEviction } from "../redis-eviction.js";
import { logOutages, RECONNECT, redisAddress, within } from "../redis.js";
import { consume, openConsumer, openProducer, type BeeQueue } from "./bee-queue.js";
import { loadScripts, newBeeRedis } from "./bee-redis.js";

/**
 * Redis as a doorbell: a ring says "there is a job, look", nothing else. What is due, who works on what, how often it
 * was tried, all of that is in Postgres; a ring that is lost costs seconds, one that comes twice costs a look.
 */
export interface Queues {
  /**
   * Rings for a job. Never waits longer than a second.
   * @throws Error when Redis is away, refuses or stays silent
   */
  ring(queue: QueueName, jobId: Id): Promise<void>;
  /**
   * How many rings nobody has taken yet.
   * @throws Error as `ring` does
   */
  waiting(queue: QueueName): Promise<number>;
  /**
   * Answers rings, at most `concurrency` at once. Starts as soon as Redis is there and goes on after each of its
   * restarts. A rejected answer is logged and counts as answered.
   */
  listen(queue: QueueName, concurrency: number, answer: (jobId: Id) => Promise<void>): Listener;
  isConnected(): boolean;
  /** Stops listening everywhere and closes the connections; `timeoutMs` for what is being answered. */
  close(timeoutMs: number): Promise<void>;
}

export interface Listener {
  /** Takes no more rings; resolves when the last answer has ended or `timeoutMs` have passed. */
  stop(timeoutMs: number): Promise<void>;
}

const RING_TIMEOUT_MS = 1_000;
const OPEN_AGAIN_MS = 500;
/** A frozen Redis must not collect unanswered rings in our memory; rings are repeated anyway. */
const MOST_UNANSWERED = 500;

/**
 * Connects to Redis. When it is away, returns all the same and goes on trying.
 * @param prefix as readRedisPrefix gives it
 * @throws EvictionError when Redis is there and would drop keys
 */
export async function openQueues(
  redisUrl: string,
  prefix: string,
  options: { readonly log: Logger },
): Promise<Queues> {
  const queues = new RedisQueues(redisAddress(redisUrl), prefix, options.log);
  const greeting = await Promise.race([
    queues.opened.then(() => null),
    queues.unfit,
    sleep(GREETING_MS, null, { ref: false }),
  ]);
  if (greeting === null) return queues;
  await queues.close(1);
  throw greeting;
}

class RedisQueues implements Queues {
  private readonly client: Redis;
  private readonly producers = new Map<QueueName, BeeQueue>();
  private readonly listeners = new Set<Listener>();
  private readonly closing = new AbortController();
  private unanswered = 0;
  /** Resolves when Redis is there and fit, or when the queues are closed before. */
  readonly opened: Promise<void>;
  /** Resolves when Redis is there and would drop keys. */
  readonly unfit: Promise<EvictionError>;

  constructor(
    address: string,
    private readonly prefix: string,
    private readonly log: Logger,
  ) {
    this.client = newBeeRedis(address, { ...RECONNECT, connectionName: "postwatch-queues" });
    logOutages(this.client, "queues", log);
    let tellUnfit: (error: EvictionError) => void = () => {};
    this.unfit = new Promise((resolve) => (tellUnfit = resolve));
    this.opened = this.openInTheEnd(tellUnfit);
  }

  /** Whatever stands in the way may be mended while we run: out of memory, a replica, the policy itself. */
  private async openInTheEnd(tellUnfit: (error: EvictionError) => void): Promise<void> {
    const greeted = performance.now() + GREETING_MS;
    let said: string | null = null;
    while (!this.closing.signal.aborted) {
      try {
        return await this.open();
      } catch (thrown) {
        const error = thrown as Error;
        if (error instanceof EvictionError) tellUnfit(error);
        // Whoever starts us tells of it until then.
        const isTold = error instanceof EvictionError && performance.now() < greeted;
        if (error.message !== said && !isTold && !this.closing.signal.aborted) {
          this.log.error({ error: error.message }, "the queues cannot be opened; trying again");
          said = error.message;
        }
        await sleep(OPEN_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  private async open(): Promise<void> {
    await this.client.ping();
    await refuseEviction(this.client);
    await loadScripts(this.client);
    for (const name of QUEUE_NAMES) {
      if (this.producers.has(name)) continue;
      const producer = openProducer(name, this.prefix, this.client);
      producer.on("error", () => {}); // each error also rejects its ring; outages are logged by the connection
      await producer.ready();
      this.producers.set(name, producer);
    }
  }

  isConnected(): boolean {
    return this.client.status === "ready" && this.producers.size === QUEUE_NAMES.length;
  }

  async ring(queue: QueueName, jobId: Id): Promise<void> {
    // The id must not be a number: bee-queue counts its own up and would drop a ring that meets one. And it must be
    // new: an id that Redis still remembers is ignored without a word.
    await this.ask(
      "a ring",
      (producer) => producer.createJob({ jobId }).setId(`ring:${newId()}`).save(),
      queue,
    );
  }

  waiting(queue: QueueName): Promise<number> {
    return this.ask("LLEN", (producer) => this.client.llen(producer.toKey("waiting")), queue);
  }

  /** A command is handed over only while Redis is there: waiting in line would hang whoever rings. */
  private async ask<T>(
    what: string,
    command: (producer: BeeQueue) => Promise<T>,
    queue: QueueName,
  ): Promise<T> {
    const producer = this.producers.get(queue);
    if (!producer || this.client.status !== "ready") throw new Error("Redis is not connected.");
    if (this.unanswered >= MOST_UNANSWERED) throw new Error("Redis does not answer.");
    this.unanswered += 1;
    const answer = command(producer).finally(() => (this.unanswered -= 1));
    return within(RING_TIMEOUT_MS, what, answer);
  }

  listen(queue: QueueName, concurrency: number, answer: (jobId: Id) => Promise<void>): Listener {
    const stopping = new AbortController();
    const consumer = this.openConsumer(queue, AbortSignal.any([stopping.signal, this.closing.signal]));
    const guarded = (jobId: Id) =>
      answer(jobId).catch((error: unknown) => this.log.error({ queue, jobId, err: error }, "a ring failed"));
    void consumer.then((bee) => bee && consume(bee, concurrency, guarded));
    const listener: Listener = {
      stop: async (timeoutMs) => {
        this.listeners.delete(listener);
        stopping.abort();
        // A consumer that is still being made (a frozen Redis) closes itself when it is there.
        const bee = await Promise.race([consumer, sleep(timeoutMs, null, { ref: false })]);
        await bee?.close(Math.max(1, timeoutMs)).catch(() => {});
      },
    };
    this.listeners.add(listener);
    return listener;
  }

  /** Makes the consumer once Redis is there; null when stopped before. One whose connection fails at birth is dead: another. */
  private async openConsumer(queue: QueueName, signal: AbortSignal): Promise<BeeQueue | null> {
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    while (!signal.aborted) {
      await Promise.race([this.opened, stopped]);
      if (!signal.aborted && this.client.status === "ready") {
        const bee = openConsumer(queue, this.prefix, this.client);
        bee.on("error", (error) => this.log.debug({ queue, error: error.message }, "bee-queue"));
        // Also once what bee-queue begins with: it would never listen if Redis refused that (out of memory, a replica).
        const isReady = await Promise.all([bee.ready(), bee.checkStalledJobs()]).then(
          () => true,
          () => false,
        );
        if (isReady && !signal.aborted) return bee;
        await bee.close(1).catch(() => {});
      }
      await Promise.race([sleep(250, undefined, { ref: false }), stopped]);
    }
    return null;
  }

  async close(timeoutMs: number): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.listeners].map((listener) => listener.stop(timeoutMs)));
    await Promise.all([...this.producers.values()].map((producer) => producer.close(100).catch(() => {})));
    this.client.disconnect();
  }
}
