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

interface Ports {
  postgres?: number;
  smtp?: number;
  web?: number;
}

const CATCHER = fileURLToPath(import.meta.resolve("#platform/mail-catcher/main.js"));

/**
 * Starts what the configuration does not name, checks what it names. Everything started is pushed to `stops` at
 * once, so that a failure further down can be undone.
 * @throws StartError naming the variable at fault
 */
export async function startServices(
  config: Config,
  stops: StopStack,
  log: (line: string) => void,
): Promise<Services> {
  const portsFile = join(config.home, "ports.json");
  const ports = await readPorts(portsFile);
  const databaseUrl = config.databaseUrl ?? (await ownPostgres(config, ports, stops, log));
  if (config.databaseUrl) await checkDatabase(config.databaseUrl);
  const redisUrl = config.redisUrl ?? (await ownRedis(config, stops, log));
  if (config.redisUrl) await checkRedis(config.redisUrl);
  const catcher = config.smtpUrl ? undefined : await ownCatcher(config, ports, stops, log);
  await writeFile(portsFile, `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  const smtpUrl = config.smtpUrl ?? (catcher as CatcherAddresses).smtpUrl;
  return { databaseUrl, redisUrl, smtpUrl, catcherUrl: catcher?.webUrl };
}

/** The ports of the last start: an address in a bookmark keeps working. */
async function readPorts(file: string): Promise<Ports> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Ports;
  } catch {
    return {};
  }
}

async function ownPostgres(
  config: Config,
  ports: Ports,
  stops: StopStack,
  log: (line: string) => void,
): Promise<string> {
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
  stops.push({ name: "PostgreSQL", stop: (timeoutMs) => postgres.stop(timeoutMs) });
  log(`PostgreSQL runs on 127.0.0.1:${ports.postgres}`);
  return postgres.first.url;
}

async function ownRedis(config: Config, stops: StopStack, log: (line: string) => void): Promise<string> {
  const start = () =>
    startRedis({
      dataDir: join(config.home, "redis"),
      cacheDir: defaultRedisCache(process.env.XDG_CACHE_HOME),
      ownBinary: process.env.REDIS_SERVER_BIN || undefined,
      persistent: true,
      log,
    });
  const redis = await keepRunning("Redis", start, log);
  stops.push({ name: "Redis", stop: (timeoutMs) => redis.stop(timeoutMs) });
  return redis.first.url;
}

interface CatcherAddresses {
  readonly smtpUrl: string;
  readonly webUrl: string;
}

async function ownCatcher(
  config: Config,
  ports: Ports,
  stops: StopStack,
  log: (line: string) => void,
): Promise<CatcherAddresses> {
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
  stops.push({ name: "mail catcher", stop: (timeoutMs) => catcher.stop(timeoutMs) });
  const addresses = await Promise.race([
    new Promise<CatcherAddresses>((resolve) => {
      child.once("message", (message) => resolve(message as CatcherAddresses));
    }),
    catcher.exited().then(() => null),
  ]);
  if (!addresses) throw new StartError(`The mail catcher did not start:\n${catcher.lastLines}`);
  catcher.keep();
  return addresses;
}
