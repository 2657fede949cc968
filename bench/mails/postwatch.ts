import { createSecretKey, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "#platform/config.js";
import { createLogger } from "#platform/logger.js";
import { startWorker } from "#worker/worker.js";
import { CONNECTIONS, type Contestant, type Servers } from "./contestant.js";
import { Ledger } from "./ledger.js";

/** The whole path, by the product's own worker: claim, render, intent before DATA, outcome, events, and all else that it does. */
export async function openPostwatch(servers: Servers): Promise<Contestant> {
  const ledger = await Ledger.open(servers.databaseUrl);
  await ledger.run("update queue_setting set concurrency = $1 where queue = 'emails'", [CONNECTIONS]);
  const worker = await openWorker(servers);
  let campaignId = "";
  return {
    async prepare(count) {
      campaignId = await ledger.campaign(count);
    },
    async send() {
      await ledger.run("update campaign set status = 'RUNNING' where id = $1", [campaignId]);
      while (await ledger.isOpen(campaignId)) await sleep(20);
    },
    async close() {
      await worker.stop();
      await ledger.close();
    },
  };
}

/** Beside another contestant: a worker that takes its share of whatever campaign runs. */
export async function openSecondWorker(servers: Servers): Promise<Contestant> {
  const worker = await openWorker(servers);
  return { prepare: async () => {}, send: async () => {}, close: () => worker.stop() };
}

async function openWorker({ databaseUrl, redisUrl, smtpUrl }: Servers): Promise<{ stop(): Promise<void> }> {
  const worker = await startWorker({
    config: {
      databaseUrl,
      redisUrl,
      smtpUrl,
      place: null,
      jwtKey: createSecretKey(randomBytes(32)),
      http: loadConfig({}).http,
      audit: loadConfig({}).audit,
      worker: { queues: ["emails"], lanes: CONNECTIONS },
    },
    log: createLogger("worker", "warn"),
    handlers: () => [],
    schedule: [],
  });
  return {
    async stop() {
      for (const step of worker.stopSteps) await step.run();
    },
  };
}
