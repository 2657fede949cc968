import { createRequire } from "node:module";
import type { Redis } from "ioredis";

const PAUSE = "_redisFailureRetryDelay";

/** What Postwatch uses of bee-queue. Its own types want those of redis 3 and leave half of this out. */
export interface BeeQueue {
  on(event: "error", listener: (error: Error) => void): void;
  /** Rejects when a connection fails before it is ready; the queue is dead for good then. */
  ready(): Promise<unknown>;
  createJob(ring: RingBody): BeeJob;
  process(concurrency: number, handler: (job: { readonly data: RingBody }) => Promise<void>): void;
  /** Once, or from now on at this interval. */
  checkStalledJobs(intervalMs?: number): Promise<number>;
  /** Its own: twice this long it waits after the next failure before it listens again. */
  [PAUSE]?: number;
  close(timeoutMs: number): Promise<void>;
  /** The full name of one of the queue's keys, e.g. of "waiting". */
  toKey(name: string): string;
}

export interface BeeJob {
  setId(id: string): BeeJob;
  save(): Promise<unknown>;
}

/** All that Redis knows of a job. */
export interface RingBody {
  readonly jobId: string;
}

const Bee = createRequire(import.meta.url)("bee-queue") as new (name: string, settings: object) => BeeQueue;

// Nothing is ever delayed, retried or kept in Redis, and nobody listens to its events: Postgres has all of that.
const SETTINGS = {
  getEvents: false,
  sendEvents: false,
  storeJobs: false,
  removeOnSuccess: true,
  removeOnFailure: true,
  activateDelayedJobs: false,
};
/** Longer than the longest block of the event loop, or a ring is answered twice (which does no harm). */
const STALL_MS = 15_000;
const STALL_CHECK_MS = 5_000;
const LISTEN_AGAIN_MS = 250;
const LISTEN_AGAIN_AT_MOST_MS = 1_000;

/** @param client must be ready, or a connection that fails ends the process with an unhandled rejection. */
export function openProducer(name: string, prefix: string, client: Redis): BeeQueue {
  return new Bee(name, { ...SETTINGS, prefix, redis: client, isWorker: false });
}

/** @param client as for openProducer; a second, blocking connection is made from it. */
export function openConsumer(name: string, prefix: string, client: Redis): BeeQueue {
  const queue = new Bee(name, {
    ...SETTINGS,
    prefix,
    redis: client,
    isWorker: true,
    stallInterval: STALL_MS,
    initialRedisFailureRetryDelay: LISTEN_AGAIN_MS,
  });
  // bee-queue doubles its pause after each failure without end: a Redis that was out of memory for ten minutes would
  // not be listened to for another ten. It tells of the failure before it doubles.
  queue.on("error", () => {
    const longest = LISTEN_AGAIN_AT_MOST_MS / 2;
    if ((queue[PAUSE] ?? 0) > longest) queue[PAUSE] = longest;
  });
  return queue;
}

/** Starts taking rings. Rings that another worker took into its grave are taken over; bee-queue looks only if told to. */
export function consume(
  queue: BeeQueue,
  concurrency: number,
  answer: (jobId: string) => Promise<void>,
): void {
  queue.process(concurrency, (job) => answer(job.data.jobId));
  queue.checkStalledJobs(STALL_CHECK_MS).catch(() => {});
}
