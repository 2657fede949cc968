import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { findFreePort } from "./free-port.js";
import { type GuardedChild, startGuarded } from "./guarded-child.js";
import { lastLines, openLogFile } from "./log-file.js";
import { type PostgresBinaries, findPostgresBinaries } from "./postgres-binaries.js";
import { ensureAppPassword, ensureCluster, workplaceFor } from "./postgres-cluster.js";
import { isRunning, programName } from "./processes.js";
import { waitUntil } from "./wait-until.js";

export interface PostgresOptions {
  /** Holds the cluster, its password and its log; made when missing. */
  readonly dataDir: string;
  /** One line at a time. */
  readonly log: (line: string) => void;
  /** False for tests: no fsync; a crash of the machine may lose the cluster, a crash of a process may not. */
  readonly durable: boolean;
  /** Taken when it is free, so that the address stays the same over a restart. */
  readonly preferredPort?: number;
}

export interface RunningPostgres {
  /** Of the database `postwatch` with the role of the same name, which owns it and is no superuser. */
  readonly url: string;
  /** Of the same database with the role `postwatch_app`, which migrations by `url` let in: for server and worker. */
  readonly appUrl: string;
  readonly port: number;
  /** Process group of the server and its guard. */
  readonly pid: number;
  /** Resolves with the exit code when the server has ended, whoever ended it. */
  readonly exited: Promise<number>;
  /** After `timeoutMs` (20 s) without an end it is killed; the next start recovers. */
  stop(timeoutMs?: number): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts PostgreSQL on 127.0.0.1 with a free port and a generated password. It ends with this process.
 * @throws Error with the last lines of the server's log when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const binaries = await findPostgresBinaries();
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const password = await ensureCluster(options.dataDir, binaries, {
    isDurable: options.durable,
    log: options.log,
  });
  await outwaitPredecessor(join(options.dataDir, "cluster"));
  const { child, port } = await launch(options, binaries, password);
  const appPassword = await ensureAppPassword(options.dataDir);
  const url = `postgresql://postwatch:${password}@127.0.0.1:${port}/postwatch`;
  const appUrl = `postgresql://postwatch_app:${appPassword}@127.0.0.1:${port}/postwatch`;
  try {
    await ensureDatabase(url, appUrl, asOwner(port, password));
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    url,
    appUrl,
    port,
    pid: child.pid,
    exited: child.exited,
    async stop(timeoutMs) {
      await child.stop(timeoutMs);
    },
  };
}

/** Another program may take the free port between our look and the server's: then once more with another. */
async function launch(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  password: string,
): Promise<{ child: GuardedChild; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort(attempt === 1 ? options.preferredPort : 0);
    const child = await spawnServer(options, binaries, port);
    const isUp = await waitUntil(() => answers(port, password), {
      timeoutMs: READY_TIMEOUT_MS,
      everyMs: 15,
      giveUp: () => child.exitCode() !== null,
    });
    if (isUp) return { child, port };
    await child.stop();
    const tail = await lastLines(join(options.dataDir, "postgres.log"));
    if (attempt < 3 && tail.includes("could not bind")) continue;
    throw new Error(`PostgreSQL did not start (code ${child.exitCode()}):\n${tail}`);
  }
}

async function spawnServer(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  port: number,
): Promise<GuardedChild> {
  const { dataArgument, run } = await workplaceFor(join(options.dataDir, "cluster"));
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    timezone: "UTC",
    log_timezone: "UTC",
    jit: "off",
    ...(options.durable
      ? {}
      : {
          fsync: "off",
          synchronous_commit: "off",
          full_page_writes: "off",
          wal_level: "minimal",
          max_wal_senders: "0",
        }),
  };
  const output = await openLogFile(join(options.dataDir, "postgres.log"));
  try {
    return await startGuarded(
      [
        binaries.postgres,
        "-D",
        dataArgument,
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      { ...run, stopSignal: "INT", output: output.fd },
    );
  } finally {
    await output.close();
  }
}

/**
 * After kill -9 of our predecessor its server may need a moment to end. A pid file that survived a crash of the
 * machine may name an unrelated program of today, which would make PostgreSQL refuse for ever.
 */
async function outwaitPredecessor(cluster: string): Promise<void> {
  const pidFile = join(cluster, "postmaster.pid");
  const pid = Number((await readFile(pidFile, "utf8").catch(() => "")).split("\n")[0]);
  if (!pid || !isRunning(pid)) return;
  if (!programName(pid)?.includes("postgres")) return rm(pidFile, { force: true });
  const isGone = await waitUntil(async () => !isRunning(pid), { timeoutMs: 20_000, everyMs: 25 });
  if (!isGone)
    throw new Error(`PostgreSQL (pid ${pid}) still runs on ${cluster}. Stop it with: kill -INT ${pid}`);
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = asOwner(port, password);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function asOwner(port: number, password: string): Client {
  return new Client({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" });
}

/** Roles and database are made by the cluster's owner; the product itself never works as superuser. */
async function ensureDatabase(url: string, appUrl: string, owner: Client): Promise<void> {
  if ((await letsIn(url)) && (await letsIn(appUrl))) return;
  await owner.connect();
  try {
    await ensureRole(owner, url, "createdb createrole");
    const found = await owner.query("select from pg_database where datname = 'postwatch'");
    if (!found.rowCount) await owner.query("create database postwatch owner postwatch");
    await ensureRole(owner, appUrl, "");
  } finally {
    await owner.end();
  }
}

async function letsIn(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // 28P01: no such role yet, or with another password; 3D000: no such database yet
    if (!["28P01", "3D000"].includes((error as { code?: string }).code ?? "")) throw error;
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureRole(owner: Client, url: string, attributes: string): Promise<void> {
  const { username, password } = new URL(url);
  const { rowCount } = await owner.query("select from pg_roles where rolname = $1", [username]);
  const verb = rowCount ? "alter" : "create";
  await owner.query(`${verb} role ${username} login ${attributes} password ${owner.escapeLiteral(password)}`);
}
