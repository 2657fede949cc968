import { Redis } from "ioredis";
import type { Bus } from "#domain/channels.js";
import type { Logger } from "./logger.js";
import { logOutages, RECONNECT, redisAddress, within } from "./redis.js";

export interface AddressedHint {
  readonly channel: string;
  readonly hint: object;
}

export interface PubSub extends Bus {
  /**
   * Resolves when Redis has taken every hint. A failed call may have published some of them: publish all again.
   * @throws Error when Redis is away, refuses, or stays silent for `timeoutMs`
   */
  publishAll(hints: readonly AddressedHint[], timeoutMs: number): Promise<void>;
  /** Ends every subscription and both connections. */
  close(): Promise<void>;
}

/** A reader this far behind gets the newest only. */
const MOST_BUFFERED = 1_000;
/** A frozen Redis must not turn hints nobody waits for into a heap that grows. */
const MOST_UNANSWERED = 10_000;

/**
 * Hints between processes, on two connections of Redis: one speaks, one listens. Returns at once, whether Redis is
 * there or not; when it comes (back), all subscriptions are made anew.
 */
export function openPubSub(redisUrl: string, prefix: string, log: Logger): PubSub {
  return new RedisPubSub(redisAddress(redisUrl), `${prefix}:`, log);
}

class RedisPubSub implements PubSub {
  private readonly speaker: Redis;
  private readonly listener: Redis;
  private readonly subscriptions = new Map<string, Set<Subscription<object>>>();
  private unanswered = 0;
  private isBatchUnanswered = false;

  constructor(
    address: string,
    private readonly prefix: string,
    log: Logger,
  ) {
    // No offline queue: a hint that is minutes old is worth nothing, and facts wait in Postgres.
    this.speaker = new Redis(address, { ...RECONNECT, enableOfflineQueue: false });
    // Null: a SUBSCRIBE waits for Redis however long it takes. By default it would fail at the 20th attempt to
    // reconnect and the channel would stay silent for good.
    this.listener = new Redis(address, { ...RECONNECT, maxRetriesPerRequest: null });
    logOutages(this.speaker, "pub/sub, speaking", log);
    logOutages(this.listener, "pub/sub, listening", log);
    this.listener.on("message", (channel: string, text: string) => this.deliver(channel, text));
  }

  publish(channel: string, hint: object): void {
    if (this.speaker.status !== "ready" || this.unanswered >= MOST_UNANSWERED) return;
    this.unanswered += 1;
    this.speaker
      .publish(this.prefix + channel, JSON.stringify(hint))
      .catch(() => {})
      .finally(() => (this.unanswered -= 1));
  }

  async publishAll(hints: readonly AddressedHint[], timeoutMs: number): Promise<void> {
    if (hints.length === 0) return;
    if (this.speaker.status !== "ready") throw new Error("Redis is not connected.");
    // A frozen Redis would be sent the same hints with every try, and tell them all when it wakes.
    if (this.isBatchUnanswered) throw new Error("Redis does not answer.");
    const batch = this.speaker.pipeline();
    for (const { channel, hint } of hints) batch.publish(this.prefix + channel, JSON.stringify(hint));
    this.isBatchUnanswered = true;
    const answered = batch.exec().finally(() => (this.isBatchUnanswered = false));
    const answers = await within(timeoutMs, "PUBLISH", answered);
    const refusal = answers ? answers.find(([error]) => error)?.[0] : new Error("Redis answered nothing.");
    if (refusal) throw refusal;
  }

  subscribe<T extends object>(channel: string): AsyncIterableIterator<T> {
    const name = this.prefix + channel;
    const subscription = new Subscription<object>((self) => this.leave(name, self));
    const readers = this.subscriptions.get(name) ?? new Set();
    readers.add(subscription);
    this.subscriptions.set(name, readers);
    // At once, not at the first read: what is published while the caller reads its snapshot must not be missed.
    if (readers.size === 1) this.listener.subscribe(name).catch(() => {});
    return subscription as AsyncIterableIterator<object> as AsyncIterableIterator<T>;
  }

  private leave(name: string, subscription: Subscription<object>): void {
    const readers = this.subscriptions.get(name);
    if (!readers?.delete(subscription) || readers.size > 0) return;
    this.subscriptions.delete(name);
    this.listener.unsubscribe(name).catch(() => {});
  }

  private deliver(name: string, text: string): void {
    const readers = this.subscriptions.get(name);
    if (!readers) return;
    const hint = JSON.parse(text) as object;
    for (const reader of readers) reader.push(hint);
  }

  async close(): Promise<void> {
    for (const readers of this.subscriptions.values()) for (const reader of readers) await reader.return();
    this.speaker.disconnect();
    this.listener.disconnect();
  }
}

/** One reader of a channel. Either hints wait for it (`buffer`) or it waits for hints (`waiting`), never both. */
class Subscription<T extends object> implements AsyncIterableIterator<T> {
  private buffer: T[] = [];
  private waiting: ((result: IteratorResult<T>) => void)[] = [];
  private isOver = false;

  constructor(private readonly leave: (self: Subscription<T>) => void) {}

  push(hint: T): void {
    const reader = this.waiting.shift();
    if (reader) return reader({ value: hint, done: false });
    this.buffer.push(hint);
    if (this.buffer.length > MOST_BUFFERED) this.buffer.shift();
  }

  next(): Promise<IteratorResult<T>> {
    const hint = this.buffer.shift();
    if (hint) return Promise.resolve({ value: hint, done: false });
    if (this.isOver) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.isOver) {
      this.isOver = true;
      this.buffer = [];
      this.leave(this);
      for (const reader of this.waiting.splice(0)) reader({ value: undefined, done: true });
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    await this.return();
    throw error instanceof Error ? error : new Error(String(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
