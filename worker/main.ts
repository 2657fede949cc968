import { ConfigError, loadConfig, requireServices } from "#platform/config.js";
import { endWithParent } from "#platform/life-line.js";
import { createLogger } from "#platform/logger.js";
import { EvictionError } from "#platform/redis-eviction.js";
import { exitTold, openSentry, reportError } from "#platform/sentry.js";
import { onShutdown } from "#platform/shutdown.js";
import { handlers } from "./handlers.js";
import { SCHEDULE } from "./schedule.js";
import { startWorker } from "./worker.js";

const DEADLINE_MS = 24_000;

async function main(): Promise<void> {
  const config = requireServices(loadConfig());
  const log = createLogger("worker", config.logLevel);
  const shutdown = onShutdown(log, DEADLINE_MS);
  await openSentry(config, "worker");
  const worker = await startWorker({ config, log, handlers, schedule: SCHEDULE });
  shutdown.started(worker.stopSteps);
  void worker.standstill.then((reason) => shutdown.begin(reason, 1));
  endWithParent(() => shutdown.begin("the process that started this one has ended"), DEADLINE_MS);
}

main().catch((error: Error) => {
  // Faults of the environment are for people; everything else goes to the log as it is.
  if (error instanceof ConfigError || error instanceof EvictionError)
    process.stderr.write(`postwatch worker: ${error.message}\n`);
  else {
    createLogger("worker", "fatal").fatal({ err: error }, "the worker did not start");
    reportError(error, { where: "starting", isFatal: true });
  }
  exitTold(1);
});
