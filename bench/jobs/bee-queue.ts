import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { loadScripts, newBeeRedis } from "#platform/queues/bee-redis.js";
import { redisAddress } from "#platform/redis.js";
import type { Contestant, Servers } from "./contestant.js";

interface Job {
  save(): Promise<unknown>;
}
interface Queue {
  ready(): Promise<unknown>;
  createJob(body: { number: number }): Job;
  saveAll(jobs: readonly Job[]): Promise<Map<unknown, Error>>;
  process(concurrency: number, handler: (job: { data: { number: number } }) => Promise<void>): void;
  close(timeoutMs: number): Promise<void>;
}
const Bee = createRequire(import.meta.url)("bee-queue") as new (name: string, settings: object) => Queue;

/** What costs and is not needed is off, as in the product. */
const SETTINGS = { getEvents: false, sendEvents: false, storeJobs: false, removeOnSuccess: true };

/** bee-queue with the client that it brings along. */
export function openBeeQueue({ redisUrl }: Servers): Promise<Contestant> {
  return contestant("bench-bee", { path: redisAddress(redisUrl) }, saveInOne, async () => {});
}

/** bee-queue with the product's ioredis, which outlives a restart of Redis. */
export async function openAdaptedBeeQueue({ redisUrl }: Servers): Promise<Contestant> {
  const client = newBeeRedis(redisAddress(redisUrl), { enableAutoPipelining: false });
  await loadScripts(client);
  return contestant("bench-adapted-bee", client, saveAtOnce, async () => client.disconnect());
}

type SaveAll = (queue: Queue, jobs: readonly Job[]) => Promise<void>;

const saveInOne: SaveAll = async (queue, jobs) => {
  for (const failure of (await queue.saveAll(jobs)).values()) throw failure;
};

/** saveAll needs the batch of node_redis, which ioredis lacks and the product never calls. */
const saveAtOnce: SaveAll = async (_, jobs) => {
  await Promise.all(jobs.map((job) => job.save()));
};

async function contestant(
  name: string,
  redis: object,
  saveAll: SaveAll,
  end: () => Promise<void>,
): Promise<Contestant> {
  const producer = new Bee(name, { ...SETTINGS, redis, isWorker: false });
  await producer.ready();
  return {
    async add(number) {
      await producer.createJob({ number }).save();
    },
    async addMany(numbers) {
      await saveAll(
        producer,
        numbers.map((number) => producer.createJob({ number })),
      );
    },
    async work(concurrency, onStart) {
      const consumer = new Bee(name, { ...SETTINGS, redis, isWorker: true });
      await consumer.ready();
      consumer.process(concurrency, async (job) => onStart(job.data.number));
      return {
        async stop() {
          // A consumer that is asked to end in the middle of BRPOPLPUSH waits for its whole timeout otherwise.
          await Promise.race([consumer.close(500).catch(() => {}), sleep(1_000)]);
        },
      };
    },
    async close() {
      await producer.close(100).catch(() => {});
      await end();
    },
  };
}
