import { createRequire } from "node:module";
import type { Redis } from "ioredis";

/** What Postwatch uses of bee-queue. Its own types want those of redis 3 and leave half of this out. */
export interface BeeQueue {
  on(event: "error", listener: (error: Error) => void): void;
  /** Rejects when a connection fails before it is ready; the queue is dead for good then. */
  ready(): Promise<unknown>;
  createJob(ring: RingBody): BeeJob;
  process(concurrency: number, handler: (job: { readonly data: RingBody }) => Promise<void>): void;
  checkStalledJobs(intervalMs: number): Promise<number>;
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

/** @param client must be ready, or a connection that fails ends the process with an unhandled rejection. */
export function openProducer(name: string, prefix: string, client: Redis): BeeQueue {
  return new Bee(name, { ...SETTINGS, prefix, redis: client, isWorker: false });
}

/** @param client as for openProducer; a second, blocking connection is made from it. */
export function openConsumer(name: string, prefix: string, client: Redis): BeeQueue {
  return new Bee(name, {
    ...SETTINGS,
    prefix,
    redis: client,
    isWorker: true,
    stallInterval: STALL_MS,
    initialRedisFailureRetryDelay: 250,
  });
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
