import { createSecretKey, randomBytes } from "node:crypto";
import * as v from "valibot";
import { command } from "#domain/command.js";
import { newId, type Id } from "#domain/ids.js";
import { defineJob } from "#domain/jobs/define-job.js";
import { done } from "#domain/jobs/outcome.js";
import { MOST_CONCURRENCY } from "#domain/jobs/queue-settings.queries.js";
import { loadConfig } from "#platform/config.js";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { createLogger } from "#platform/logger.js";
import { handle } from "#worker/job-handler.js";
import { startWorker } from "#worker/worker.js";
import type { Contestant, OnStart, Servers, Working } from "./contestant.js";

const job = defineJob({
  type: "campaigns.bench",
  queue: "campaigns",
  description: "Tells its number.",
  idempotency: "none",
  payload: v.object({ number: v.number() }),
  policy: "P2",
  leaseSeconds: 60,
});

/** As every change of the product: checked, in a transaction, with an event that is on record and published. */
const addJobs = command({
  name: "addBenchJobs",
  permission: "internal",
  input: v.object({ numbers: v.array(v.number()), target: v.string() }),
  async run(op, { numbers, target }) {
    for (const number of numbers) await op.enqueue(job, { number });
    await op.emit("campaign.updated", { targets: [{ type: "campaign", id: target }] });
    return { added: numbers.length };
  },
});

/** The whole path, with the product's own worker: its log, relay, heartbeat, sweep and limits included. */
export async function openPostwatch({ databaseUrl, redisUrl }: Servers): Promise<Contestant> {
  const database = await Database.open(databaseUrl, {
    poolSize: 4,
    statementTimeoutMs: 60_000,
    applicationName: "bench",
  });
  const tenantId = await ensureTenant(database);
  const target = newId();
  const addAll = async (numbers: readonly number[]) => {
    const op = openOperation(database, { kind: "OPERATOR", name: "bench" }, { requestId: newId() }, tenantId);
    await op.run(addJobs, { numbers, target });
  };
  return {
    add: (number) => addAll([number]),
    addMany: addAll,
    async work(concurrency, onStart) {
      await database.pool.query("update queue_setting set concurrency = $1 where queue = 'campaigns'", [
        Math.min(concurrency, MOST_CONCURRENCY),
      ]);
      return work({ databaseUrl, redisUrl }, onStart);
    },
    close: () => database.close(),
  };
}

async function work({ databaseUrl, redisUrl }: Servers, onStart: OnStart): Promise<Working> {
  const worker = await startWorker({
    config: {
      databaseUrl,
      redisUrl,
      place: null,
      smtpUrl: "smtp://127.0.0.1:1",
      jwtKey: createSecretKey(randomBytes(32)),
      http: loadConfig({}).http,
      audit: loadConfig({}).audit,
      worker: { queues: ["campaigns"], lanes: 1 },
    },
    log: createLogger("worker", "info"),
    handlers: () => [
      handle(job, async ({ payload }) => {
        onStart(payload.number);
        return done;
      }),
    ],
    schedule: [],
  });
  return {
    async stop() {
      for (const step of worker.stopSteps) await step.run();
    },
  };
}

async function ensureTenant(database: Database): Promise<Id> {
  await database.pool.query(
    "insert into tenant (id, name, slug) values ($1, 'Bench', 'bench') on conflict do nothing",
    [newId()],
  );
  const { rows } = await database.pool.query("select id from tenant where slug = 'bench'");
  return (rows as { id: Id }[])[0]!.id;
}
