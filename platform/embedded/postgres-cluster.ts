import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type GuardedOptions, runGuarded } from "./guarded-child.js";
import { lastLines, openLogFile } from "./log-file.js";
import { type PostgresBinaries, NOBODY, isReachable, isRoot } from "./postgres-binaries.js";

/** Nothing of the caller's environment (PGDATA, PGOPTIONS, locale) may steer the server. */
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/** How PostgreSQL must be called to work on a directory: the name to give it, and who runs it from where. */
export interface Workplace {
  readonly dataArgument: string;
  readonly run: Pick<GuardedOptions, "cwd" | "uid" | "gid" | "env">;
}

/**
 * As root the server runs as `nobody`, who may not be able to walk to the directory (a checkout under /root). It is
 * then started *in* the directory and told to use its working directory, which needs no walk.
 */
export async function workplaceFor(directory: string): Promise<Workplace> {
  if (!isRoot) return { dataArgument: directory, run: { env: ENVIRONMENT, cwd: directory } };
  const run = { env: ENVIRONMENT, cwd: directory, uid: NOBODY, gid: NOBODY };
  const isDirect = process.platform !== "linux" || (await isReachable(dirname(dirname(directory))));
  return { dataArgument: isDirect ? directory : "/proc/self/cwd", run };
}

/**
 * Makes the cluster unless it is there. It is made beside its place and moved there when complete, so that an
 * interrupted start leaves nothing half made.
 * @returns the password of the owner `postgres` and of the role `postwatch`
 * @throws Error when the cluster was written by another major version of PostgreSQL
 */
export async function ensureCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  options: { readonly isDurable: boolean; readonly log: (line: string) => void },
): Promise<string> {
  const cluster = join(dataDir, "cluster");
  const passwordFile = join(dataDir, "password");
  const found = await readFile(join(cluster, "PG_VERSION"), "utf8").catch(() => null);
  if (found !== null && found.trim() !== binaries.majorVersion)
    throw new Error(
      `The database in ${cluster} was written by PostgreSQL ${found.trim()}; this version brings ${binaries.majorVersion}. ` +
        "Start the earlier version and move the rows by pg_dump, or set POSTWATCH_HOME to a fresh directory.",
    );
  if (found !== null) return (await readFile(passwordFile, "utf8")).trim();

  options.log("creating the database cluster (first start only)");
  const password = randomBytes(24).toString("base64url");
  const draft = join(dataDir, "cluster.new");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (isRoot) for (const path of [dataDir, passwordFile, draft]) await chown(path, NOBODY, NOBODY);
  await initialise(dataDir, draft, binaries, options.isDurable);
  await rm(cluster, { recursive: true, force: true });
  await rename(draft, cluster);
  return password;
}

/** The password of the role that server and worker connect as; made at the first call, also in a cluster of before. */
export async function ensureAppPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, "app-password");
  const kept = (await readFile(file, "utf8").catch(() => "")).trim();
  if (kept !== "") return kept;
  const password = randomBytes(24).toString("base64url");
  await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return password;
}

async function initialise(
  dataDir: string,
  draft: string,
  binaries: PostgresBinaries,
  isDurable: boolean,
): Promise<void> {
  const { dataArgument, run } = await workplaceFor(draft);
  const logPath = join(dataDir, "postgres.log");
  const output = await openLogFile(logPath);
  try {
    const code = await runGuarded(
      [
        binaries.initdb,
        `--pgdata=${dataArgument}`,
        "--username=postgres",
        "--auth=scram-sha-256",
        "--pwfile=../password",
        "--encoding=UTF8",
        // The built-in provider knows C.UTF-8 on every platform, whatever locales the system has.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        // The password is 192 random bits: stretching it adds no safety, only time to each connection.
        "--set=scram_iterations=1",
        "--no-instructions",
        ...(isDurable ? [] : ["--no-sync"]),
      ],
      { ...run, output: output.fd, timeoutMs: 120_000 },
    );
    if (code !== 0)
      throw new Error(`initdb ended with code ${code}:\n${await lastLines(logPath)}\n(log: ${logPath})`);
  } finally {
    await output.close();
  }
}
