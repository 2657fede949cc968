import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { Pool } from "pg";
import type { Contestant, Servers } from "./contestant.js";

const logger = new Logger(() => () => {});
/** One statement takes 500 jobs, and one statement records those that ended within a quarter of a second. */
const BATCHED = { localQueue: { size: 500 }, completeJobBatchDelay: 250 };

export function openGraphileWorker(servers: Servers): Promise<Contestant> {
  return contestant(servers, "bench", {});
}

/** It takes jobs long before they run, so that another worker cannot have them meanwhile. */
export function openBatchedGraphileWorker(servers: Servers): Promise<Contestant> {
  return contestant(servers, "benchBatched", BATCHED);
}

async function contestant({ databaseUrl }: Servers, task: string, settings: object): Promise<Contestant> {
  const pgPool = new Pool({ connectionString: databaseUrl, max: 20 });
  pgPool.on("error", () => {});
  pgPool.on("connect", (client) => client.on("error", () => {}));
  // Of its own schema each, as every worker of a schema looks at all of its jobs.
  const schema = `graphile_${task.toLowerCase()}`;
  const tools = await makeWorkerUtils({ pgPool, schema, logger });
  await tools.migrate();
  return {
    async add(number) {
      await tools.addJob(task, { number });
    },
    async addMany(numbers) {
      await tools.addJobs(numbers.map((number) => ({ identifier: task, payload: { number } })));
    },
    async work(concurrency, onStart) {
      const runner = await run({
        pgPool,
        schema,
        logger,
        concurrency,
        noHandleSignals: true,
        parsedCronItems: [],
        taskList: { [task]: (payload) => onStart((payload as { number: number }).number) },
        preset: { worker: { concurrentJobs: concurrency, ...settings } },
      });
      return { stop: () => runner.stop() };
    },
    async close() {
      await tools.release();
      await pgPool.end();
    },
  };
}
