import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Config } from "#platform/config.js";
import { ensureSecrets, takeDataDirectory } from "#platform/embedded/data-directory.js";
import { findFreePort } from "#platform/embedded/free-port.js";
import { placeOf } from "#platform/embedded/place.js";
import { clusterOf } from "../own-database.js";
import { checkDatabase, checkPort } from "./check-services.js";
import { type Services, startServices } from "./embedded-services.js";
import type { Credentials } from "./first-admin.js";
import { RoleProcess } from "./role-process.js";
import { StartError } from "./settings.js";
import type { Shutdown } from "./shutdown.js";

export interface Product {
  readonly services: Services;
  /** Where the server listens, as a person on this machine opens it. */
  readonly url: string;
  readonly server: RoleProcess;
  readonly worker: RoleProcess;
  /** Only at the very first start. */
  readonly credentials: Credentials | null;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Brings everything up in order: lock, services, migrations, first administrator, server and worker. What was
 * started is on the stack of `shutdown` at once.
 * @throws StartError, DataDirectoryTaken, ConfigError: one clear text each
 */
export async function startProduct(
  config: Config,
  shutdown: Shutdown,
  log: (line: string) => void,
): Promise<Product> {
  const directory = await takeDataDirectory(config.home);
  shutdown.stops.push({ name: "data directory", stop: () => directory.release() });
  const port = config.http.port || (await findFreePort());
  await checkPort(config.http.host, port);
  // The modules around the database take as long to load as the services take to start.
  const loading = Promise.all([import("#platform/database/migrate.js"), import("./first-admin.js")]);
  loading.catch(() => {});
  const services = await startServices(config, shutdown.stops, log);
  const [{ migrate }, { ensureFirstAdmin }] = await loading;
  const { ownerUrl, databaseUrl } = services;
  const applied = await (ownerUrl ? migrate(ownerUrl, databaseUrl) : migrate(databaseUrl));
  if (applied.length > 0) log(`the database has been brought to this version (${applied.length} migrations)`);
  if (ownerUrl) await checkDatabase(databaseUrl);
  // Before the server starts, which would warn that nobody can sign in yet.
  const credentials = await ensureFirstAdmin(databaseUrl, config);
  let isReady = false;
  // A password that was made up and never shown would lock its owner out: a start that fails or is stopped tells it too.
  const tell = async () => {
    if (credentials && !config.admin.password && !isReady)
      log(`sign in as ${credentials.email} with the password ${credentials.password} (shown only now)`);
  };
  shutdown.stops.push({ name: "first administrator", stop: tell });
  const env = await environmentFor(config, services, port);
  const worker = role("worker", config, env, log);
  const server = role("server", config, env, log);
  // Stopped in reverse: first the server takes no more requests, then the worker ends its jobs.
  for (const each of [worker, server]) {
    shutdown.stops.push({ name: each.name, stop: (timeoutMs) => each.process.stop(timeoutMs) });
    each.process.start();
  }
  const url = localUrl(config.http.host, port);
  await untilReady(`${url}/api/health/readiness`, [server, worker]);
  for (const each of [server, worker]) each.process.keep();
  isReady = true;
  return { services, url, server: server.process, worker: worker.process, credentials };
}

async function environmentFor(config: Config, services: Services, port: number): Promise<NodeJS.ProcessEnv> {
  return {
    ...process.env,
    PORT: String(port),
    POSTWATCH_HOME: config.home,
    // Node 22 and later keep compiled modules there, which halves the time to the second start.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(config.home, "cache", "node"),
    DATABASE_URL: services.databaseUrl,
    // Who serves or works has no business with the owner's.
    DATABASE_OWNER_URL: "",
    REDIS_URL: services.redisUrl,
    SMTP_URL: services.smtpUrl,
    MAIL_CATCHER_URL: services.catcherUrl ?? "",
    INSTALLATION_PLACE:
      config.place ?? (services.ownerUrl && !config.databaseUrl ? await placeOf(clusterOf(config.home)) : ""),
    JWT_SECRET: process.env.JWT_SECRET || (await ensureSecrets(config.home)).jwtSecret,
  };
}

interface Role {
  readonly name: "server" | "worker";
  readonly process: RoleProcess;
}

function role(name: Role["name"], config: Config, env: NodeJS.ProcessEnv, log: (line: string) => void): Role {
  const program = fileURLToPath(import.meta.resolve(`#${name}/main.js`));
  const logFile = join(config.home, "logs", `${name}.log`);
  return {
    name,
    process: new RoleProcess({ name, command: ["--enable-source-maps", program], env, logFile, show: log }),
  };
}

/** Where a program on this machine reaches a server that listens on `host`. */
function localUrl(host: string, port: number): string {
  const name = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `http://${name}:${port}`;
}

/** A process that ends before the product is ready is not tried again: the reason is in its last lines. */
async function untilReady(url: string, roles: readonly Role[]): Promise<void> {
  const over = new AbortController();
  const failures = roles.map(async ({ name, process: each }): Promise<string> => {
    const code = await each.exited();
    return `The ${name} ended with code ${code} before it was ready:\n${each.lastLines}`;
  });
  const failure = await Promise.race([poll(url, over.signal), ...failures]);
  over.abort();
  if (failure !== null) throw new StartError(failure);
}

/** Null when the answer is 200, otherwise what is wrong after the time is over. */
async function poll(url: string, signal: AbortSignal): Promise<string | null> {
  const end = performance.now() + READY_TIMEOUT_MS;
  let last = "no answer";
  while (performance.now() < end && !signal.aborted) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok) return null;
      last = `${answer.status} ${(await answer.text()).slice(0, 300)}`;
    } catch (error) {
      last = (error as Error).message;
    }
    await sleep(50);
  }
  return `The server was not ready after ${READY_TIMEOUT_MS / 1000} s: ${url} says ${last}`;
}
