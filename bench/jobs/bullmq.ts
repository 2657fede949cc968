import { Queue, Worker } from "bullmq";
import { redisAddress } from "#platform/redis.js";
import type { Contestant, Servers } from "./contestant.js";

const NAME = "bench-bull";
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true };

export async function openBullMq({ redisUrl }: Servers): Promise<Contestant> {
  const connection = { path: redisAddress(redisUrl), maxRetriesPerRequest: null };
  const queue = new Queue<{ number: number }>(NAME, { connection, defaultJobOptions: KEEP_NOTHING });
  await queue.waitUntilReady();
  return {
    async add(number) {
      await queue.add("job", { number });
    },
    async addMany(numbers) {
      await queue.addBulk(numbers.map((number) => ({ name: "job", data: { number } })));
    },
    async work(concurrency, onStart) {
      const worker = new Worker<{ number: number }>(NAME, async (job) => onStart(job.data.number), {
        connection,
        concurrency,
      });
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    close: () => queue.close(),
  };
}
