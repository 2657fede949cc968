import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "../../platform/database/database.js";
import { migrate } from "../../platform/database/migrate.js";
import { startPostgres, type RunningPostgres } from "../../platform/embedded/postgres.js";
import { TEST_SECRET, type TestDatabase } from "./database.js";

/** A PostgreSQL process of the caller's own, with a migrated database, that may be stopped, frozen and started again. */
export interface OwnPostgres extends TestDatabase {
  /** Ends it as an administrator would; connections are refused from then on. */
  stopServer(): Promise<void>;
  /** An immediate stop: sessions are cut off where they are; the next start recovers. */
  crashServer(): Promise<void>;
  /** Whether it runs. */
  isRunning(): boolean;
  /** After either: the same address and the same rows. */
  startServer(): Promise<void>;
  /** It keeps its connections and answers nothing. */
  freeze(): Promise<void>;
  thaw(): void;
}

/**
 * @param isDurable what it has committed outlives `crashServer`
 * @param place where its files are
 */
export async function ownPostgres(
  poolSize = 4,
  isDurable = false,
  place: string = tmpdir(),
): Promise<OwnPostgres> {
  const directory = await mkdtemp(join(place, "pw-postgres-"));
  let server: RunningPostgres | null = null;
  let port: number | undefined;
  let isRunning = false;
  const launch = async () => {
    server = await startPostgres({
      dataDir: directory,
      log: () => {},
      durable: isDurable,
      preferredPort: port,
    });
    if (port !== undefined && server.port !== port)
      throw new Error(`Port ${port} is taken by somebody else.`);
    port = server.port;
    isRunning = true;
    void server.exited.then(() => (isRunning = false));
    return server.url;
  };
  const url = await launch();
  await migrate(url);
  const database = await Database.open(url, {
    poolSize,
    statementTimeoutMs: 5_000,
    applicationName: "own-postgres",
    secret: TEST_SECRET,
  });
  let frozen: readonly number[] = [];
  return {
    url,
    database,
    sql: async <T>(text: string, values: readonly unknown[] = []) =>
      (await database.pool.query(text, values as unknown[])).rows as T[],
    async stopServer() {
      await server!.stop();
    },
    async crashServer() {
      const pidFile = await readFile(join(directory, "cluster", "postmaster.pid"), "utf8");
      process.kill(Number(pidFile.split("\n", 1)[0]), "SIGQUIT");
      await server!.exited;
    },
    isRunning: () => isRunning,
    async startServer() {
      await launch();
    },
    async freeze() {
      // Each backend is a session of its own: a signal to the server's group does not reach it.
      const { rows } = await database.pool.query<{ pid: number }>("select pid from pg_stat_activity");
      frozen = [-server!.pid, ...rows.map(({ pid }) => pid)];
      for (const pid of frozen) process.kill(pid, "SIGSTOP");
    },
    thaw() {
      for (const pid of frozen) process.kill(pid, "SIGCONT");
      frozen = [];
    },
    async close() {
      await database.close();
      await server!.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
