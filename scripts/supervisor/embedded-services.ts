import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "#platform/config.js";
import { findFreePort } from "#platform/embedded/free-port.js";
import { startPostgres } from "#platform/embedded/postgres.js";
import { defaultRedisCache } from "#platform/embedded/redis-binary.js";
import { startRedis } from "#platform/embedded/redis.js";
import { checkDatabase, checkRedis } from "./check-services.js";
import { keepRunning } from "./kept-running.js";
import { RoleProcess } from "./role-process.js";
import { StartError } from "./settings.js";

export interface Services {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly smtpUrl: string;
  /** The page of the mail catcher; undefined when mail goes to SMTP_URL. */
  readonly catcherUrl: string | undefined;
}

/** Undoes in reverse order what was started; each step is told how long it may take before force. */
export type StopStack = { readonly name: string; readonly stop: (timeoutMs: number) => Promise<void> }[];

interface OwnService {
  readonly name: string;
  readonly url: string;
  readonly stop: (timeoutMs: number) => Promise<void>;
}

interface Ports {
  postgres?: number;
  smtp?: number;
  web?: number;
}

const CATCHER = fileURLToPath(import.meta.resolve("#platform/mail-catcher/main.js"));

/**
 * Starts what the configuration does not name, checks what it names, all at the same time. What was started is on
 * the stack of stops afterwards, also when something else failed.
 * @throws StartError naming the variable at fault
 */
export async function startServices(
  config: Config,
  stops: StopStack,
  log: (line: string) => void,
): Promise<Services> {
  const portsFile = join(config.home, "ports.json");
  const ports = await readPorts(portsFile);
  const given = { databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, smtpUrl: config.smtpUrl };
  const [postgres, redis, catcher] = await Promise.allSettled([
    given.databaseUrl ? checkDatabase(given.databaseUrl) : ownPostgres(config, ports, log),
    given.redisUrl ? checkRedis(given.redisUrl) : ownRedis(config, log),
    given.smtpUrl ? undefined : ownCatcher(config, ports, log),
  ]);
  const started = [postgres, redis, catcher].map(valueOf);
  stops.push(...started.filter((service) => service !== undefined));
  for (const result of [postgres, redis, catcher]) if (result.status === "rejected") throw result.reason;
  await writeFile(portsFile, `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  return {
    databaseUrl: given.databaseUrl ?? (started[0] as OwnService).url,
    redisUrl: given.redisUrl ?? (started[1] as OwnService).url,
    smtpUrl: given.smtpUrl ?? (started[2] as OwnService).url,
    catcherUrl: valueOf(catcher)?.pageUrl,
  };
}

function valueOf<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === "fulfilled" ? result.value : undefined;
}

/** The ports of the last start: an address in a bookmark keeps working. */
async function readPorts(file: string): Promise<Ports> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Ports;
  } catch {
    return {};
  }
}

async function ownPostgres(config: Config, ports: Ports, log: (line: string) => void): Promise<OwnService> {
  const start = async () => {
    const running = await startPostgres({
      dataDir: join(config.home, "postgres"),
      durable: true,
      preferredPort: ports.postgres,
      log,
    });
    ports.postgres = running.port;
    return running;
  };
  const postgres = await keepRunning("PostgreSQL", start, log);
  log(`PostgreSQL runs on 127.0.0.1:${ports.postgres}`);
  return { name: "PostgreSQL", url: postgres.first.url, stop: (timeoutMs) => postgres.stop(timeoutMs) };
}

async function ownRedis(config: Config, log: (line: string) => void): Promise<OwnService> {
  const start = () =>
    startRedis({
      dataDir: join(config.home, "redis"),
      cacheDir: defaultRedisCache(process.env.XDG_CACHE_HOME),
      ownBinary: config.redisServerBin,
      persistent: true,
      log,
    });
  const redis = await keepRunning("Redis", start, log);
  return { name: "Redis", url: redis.first.url, stop: (timeoutMs) => redis.stop(timeoutMs) };
}

interface CatcherAddresses {
  readonly smtpUrl: string;
  readonly webUrl: string;
}

async function ownCatcher(
  config: Config,
  ports: Ports,
  log: (line: string) => void,
): Promise<OwnService & { readonly pageUrl: string }> {
  ports.smtp = await findFreePort(ports.smtp);
  ports.web = await findFreePort(ports.web);
  const catcher = new RoleProcess({
    name: "mail catcher",
    command: [
      CATCHER,
      `--directory=${join(config.home, "mail")}`,
      `--smtp-port=${ports.smtp}`,
      `--web-port=${ports.web}`,
      ...(config.isProduction ? ["--production"] : []),
    ],
    logFile: join(config.home, "logs", "mail-catcher.log"),
    show: log,
  });
  const child = catcher.start();
  const addresses = await Promise.race([
    new Promise<CatcherAddresses>((resolve) => {
      child.once("message", (message) => resolve(message as CatcherAddresses));
    }),
    catcher.exited().then(() => null),
  ]);
  if (!addresses) throw new StartError(`The mail catcher did not start:\n${catcher.lastLines}`);
  catcher.keep();
  return {
    name: "mail catcher",
    url: addresses.smtpUrl,
    pageUrl: addresses.webUrl,
    stop: (timeoutMs) => catcher.stop(timeoutMs),
  };
}
