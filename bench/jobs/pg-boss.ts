import PgBoss from "pg-boss";
import type { Contestant, Servers } from "./contestant.js";

const QUEUE = "bench";
/** The shortest that it takes. */
const POLL_SECONDS = 0.5;

/** Its worker takes a batch and looks again when the whole batch has ended or the poll is due. */
export async function openPgBoss({ databaseUrl }: Servers): Promise<Contestant> {
  const boss = new PgBoss({ connectionString: databaseUrl, max: 10, schedule: false, supervise: false });
  boss.on("error", () => {});
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    async add(number) {
      await boss.send(QUEUE, { number });
    },
    async addMany(numbers) {
      await boss.insert(numbers.map((number) => ({ name: QUEUE, data: { number } })));
    },
    async work(concurrency, onStart) {
      const options = { batchSize: concurrency, pollingIntervalSeconds: POLL_SECONDS };
      await boss.work<{ number: number }>(QUEUE, options, async (jobs) => {
        for (const job of jobs) onStart(job.data.number);
      });
      return { stop: () => boss.offWork(QUEUE) };
    },
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}
