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
  /** Of the role that migrates; undefined: the one of `databaseUrl` does. */
  readonly ownerUrl: string | undefined;
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
  /** Of PostgreSQL: of the role that owns the tables. */
  readonly ownerUrl?: string;
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
  const { databaseUrl, databaseOwnerUrl, redisUrl, smtpUrl } = config;
  const [postgres, redis, catcher] = await Promise.allSettled([
    databaseUrl ? checkGiven(databaseUrl, databaseOwnerUrl) : ownPostgres(config, ports, log),
    redisUrl ? checkRedis(redisUrl) : ownRedis(config, log),
    smtpUrl ? undefined : ownCatcher(config, ports, log),
  ]);
  const started = [postgres, redis, catcher].map(valueOf);
  stops.push(...started.filter((service) => service !== undefined));
  for (const result of [postgres, redis, catcher]) if (result.status === "rejected") throw result.reason;
  await writeFile(portsFile, `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  return {
    databaseUrl: databaseUrl ?? (started[0] as OwnService).url,
    ownerUrl: databaseUrl ? databaseOwnerUrl : started[0]?.ownerUrl,
    redisUrl: redisUrl ?? (started[1] as OwnService).url,
    smtpUrl: smtpUrl ?? (started[2] as OwnService).url,
    catcherUrl: valueOf(catcher)?.pageUrl,
  };
}

/** With an owner, the other role may be made by the migrations only. */
function checkGiven(databaseUrl: string, ownerUrl: string | undefined): Promise<void> {
  return ownerUrl ? checkDatabase(ownerUrl, "DATABASE_OWNER_URL") : checkDatabase(databaseUrl);
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
  const { appUrl: url, url: ownerUrl } = postgres.first;
  return { name: "PostgreSQL", url, ownerUrl, stop: (timeoutMs) => postgres.stop(timeoutMs) };
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
