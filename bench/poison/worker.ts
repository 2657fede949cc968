/** A whole worker of the product with one job of the bench. Arguments: the addresses of PostgreSQL and of Redis. */
import { createSecretKey, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { done } from "#domain/jobs/outcome.js";
import { loadConfig } from "#platform/config.js";
import { createLogger } from "#platform/logger.js";
import { handle } from "#worker/job-handler.js";
import { startWorker } from "#worker/worker.js";
import { job, WORK_MS } from "./job.js";

const [databaseUrl, redisUrl] = process.argv.slice(2) as [string, string];
process.on("disconnect", () => process.exit(0));
const { http, audit } = loadConfig({});
await startWorker({
  config: {
    databaseUrl,
    redisUrl,
    place: null,
    smtpUrl: "smtp://127.0.0.1:1",
    jwtKey: createSecretKey(randomBytes(32)),
    http,
    audit,
    worker: { queues: ["campaigns"], lanes: 1 },
  },
  log: createLogger("worker", "fatal"),
  handlers: () => [
    handle(job, async ({ payload, signal }) => {
      if (payload.isPoison) process.exit(7);
      await sleep(WORK_MS, undefined, { signal });
      return done;
    }),
  ],
  schedule: [],
});
