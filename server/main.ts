import { startAuditMonths } from "#platform/audit-months.js";
import { adviceFor, ConfigError, loadConfig, requireServices, type ServiceConfig } from "#platform/config.js";
import { adviceOnRole } from "#platform/database/app-role.js";
import { Database } from "#platform/database/database.js";
import { startAlerts } from "#platform/health/alerts.js";
import { openHealthSampler } from "#platform/health/sampler.js";
import { readRedisPrefix } from "#platform/installation.js";
import { endWithParent } from "#platform/life-line.js";
import { createLogger, type Logger } from "#platform/logger.js";
import { startPromises } from "#platform/promises.js";
import { openPubSub } from "#platform/pubsub.js";
import { EvictionError, refuseEvictionAt } from "#platform/redis-eviction.js";
import { Counters } from "#platform/rate-limits/counters.js";
import { openRefusalWatch } from "#platform/rate-limits/refusal-watch.js";
import { RequestLimits } from "#platform/rate-limits/request-budget.js";
import { openSignInThrottle } from "#platform/rate-limits/sign-in-throttle.js";
import { exitTold, openSentry, reportError } from "#platform/sentry.js";
import { onShutdown } from "#platform/shutdown.js";
import { composeApp } from "./app.js";
import { ensureFirstAdmin } from "./first-admin.js";

const POOL_SIZE = 10;
const STATEMENT_TIMEOUT_MS = 5000;
/** Whoever asks is told soon that there is too much to do; they know better than we whether to wait. */
const CONNECTION_WAIT_MS = 1000;
/** Behind a load balancer: as long as it may take to see that we are not ready any more. */
const DRAIN_MS = 2000;
/** SQLSTATE of a table that is not there. */
const UNDEFINED_TABLE = "42P01";
const DEADLINE_MS = 20_000;

/** What stands in the way of starting and a person can mend: one line, without a stack. */
class StartFault extends Error {}

async function main(): Promise<void> {
  const config = requireServices(loadConfig());
  const log = createLogger("server", config.logLevel);
  const shutdown = onShutdown(log, DEADLINE_MS);
  await openSentry(config, "server");
  const database = await Database.open(config.databaseUrl, {
    poolSize: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectionWaitMs: CONNECTION_WAIT_MS,
    watchLog: log,
    applicationName: "postwatch server",
    secret: config.jwtKey,
  });
  await ensureFirstAdmin(database, config, log);
  await refuseEvictionAt(config.redisUrl);
  const bus = openPubSub(config.redisUrl, await readRedisPrefix(database), log);
  const { redisUrl, smtpUrl, home: dataDirectory } = config;
  const counters = new Counters(config.redisUrl, await readRedisPrefix(database), log);
  const limits = new RequestLimits(counters, config.http.rateLimitPerMinute);
  const throttle = openSignInThrottle(counters);
  const refusals = openRefusalWatch(counters, bus);
  const health = openHealthSampler({ database, redisUrl, smtpUrl, dataDirectory, isRecording: true });
  const app = await composeApp({ config, database, bus, health, log, limits, throttle, refusals });
  const address = await app.listen().catch((error: unknown) => Promise.reject(explained(error, config)));
  const alerts = startAlerts({ database, bus, log });
  const promises = startPromises({ database, bus, log });
  const months = startAuditMonths(database, log);
  shutdown.started([
    { name: "tell that we are going", run: () => drain(app.drain, config, log) },
    { name: "finish requests and close sockets", run: () => app.close() },
    { name: "stop measuring", run: () => (health.close(), alerts.stop()) },
    { name: "stop looking at promises", run: () => promises.stop() },
    { name: "stop making months", run: () => months.stop() },
    { name: "close pub/sub and counters", run: () => (counters.close(), bus.close()) },
    { name: "close the database", run: () => database.close() },
  ]);
  endWithParent(() => shutdown.begin("the process that started this one has ended"), DEADLINE_MS);
  log.info({ address }, "listening");
  const onRole = await adviceOnRole(database).catch(() => []);
  for (const advice of [...adviceFor(config), ...onRole]) log.warn(advice);
}

async function drain(begin: () => void, config: ServiceConfig, log: Logger): Promise<void> {
  begin();
  if (!config.isProduction) return;
  log.info({ ms: DRAIN_MS }, "not ready any more; still serving");
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
}

function explained(error: unknown, config: ServiceConfig): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const { host, port } = config.http;
  if (code === "EADDRINUSE")
    return new StartFault(`Port ${port} of ${host} is taken by another program. Set PORT to a free one.`);
  if (code === "EACCES")
    return new StartFault(`This user may not listen on port ${port}. Set PORT to one above 1023.`);
  if (code === "EADDRNOTAVAIL")
    return new StartFault(`${host} is not an address of this machine. Set HOST to one that is.`);
  return error instanceof Error ? error : new Error(message);
}

main().catch((error: Error) => {
  // Faults that a person can mend are told to them; everything else goes to the log as it is.
  if (error instanceof ConfigError || error instanceof StartFault || error instanceof EvictionError)
    process.stderr.write(`postwatch server: ${error.message}\n`);
  else if ((error as { code?: string }).code === UNDEFINED_TABLE)
    process.stderr.write(
      "postwatch server: the database has no tables of this version. Run npm run migrate first.\n",
    );
  else {
    createLogger("server", "fatal").fatal({ err: error }, "the server did not start");
    reportError(error, { where: "starting", isFatal: true });
  }
  exitTold(1);
});
