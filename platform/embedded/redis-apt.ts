import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { runGuarded } from "./guarded-child.js";
import { locate } from "./processes.js";
import { isRoot } from "./postgres-binaries.js";

const run = promisify(execFile);
const TIMEOUT_MS = 180_000;

export interface AptSearch {
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  /** Which packages the system has; the file of dpkg unless a test brings another. */
  readonly dpkgStatusFile?: string;
}

/**
 * Downloads the server and the libraries it lacks with apt and unpacks them into `cacheDir`/deb. Works as any user:
 * apt keeps its lists in our folder, checks the signatures as ever, and nothing is installed.
 * @returns whether the folder is there now; false where there is no apt.
 * @throws Error with what apt said.
 */
export async function fetchRedisWithApt(search: AptSearch): Promise<boolean> {
  if (!(await locate("apt-get")) || !(await locate("dpkg-deb"))) return false;
  search.log(`fetching redis-server with apt into ${search.cacheDir} (nothing is installed)`);
  await mkdir(search.cacheDir, { recursive: true });
  const work = await mkdtemp(join(search.cacheDir, "apt-"));
  try {
    for (const folder of ["lists/partial", "cache/archives/partial", "debs", "root"])
      await mkdir(join(work, folder), { recursive: true });
    const options = aptOptions(work, search.dpkgStatusFile ?? "/var/lib/dpkg/status");
    await apt(options, ["update"], work);
    await download(options, work);
    for (const file of await readdir(join(work, "debs")))
      await run("dpkg-deb", ["-x", join(work, "debs", file), join(work, "root")]);
    await rm(join(search.cacheDir, "deb"), { recursive: true, force: true });
    await rename(join(work, "root"), join(search.cacheDir, "deb"));
    return true;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function aptOptions(work: string, statusFile: string): string[] {
  return [
    `Dir::State=${work}`,
    `Dir::State::lists=${work}/lists`,
    `Dir::State::status=${statusFile}`,
    `Dir::Cache=${work}/cache`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
}

/** The server and those of its dependencies that the system has not: what `install` would fetch. */
async function download(options: string[], work: string): Promise<void> {
  let failure = new Error("apt knows neither redis-server nor valkey-server");
  for (const server of ["redis-server", "valkey-server"]) {
    try {
      const plan = await apt(
        options,
        ["-y", "--no-install-recommends", "--print-uris", "install", server],
        work,
      );
      const packages = [...plan.matchAll(/^'\S+' ([^_\s]+)_/gm)].map((match) => match[1] as string);
      if (packages.length === 0) continue;
      await apt(options, ["download", ...packages], join(work, "debs"));
      return;
    } catch (error) {
      failure = error as Error;
    }
  }
  throw failure;
}

async function apt(options: string[], args: string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await run("apt-get", [...options, "-qq", ...args], {
      cwd,
      timeout: TIMEOUT_MS,
      maxBuffer: 1 << 24,
    });
    return stdout;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split("\n")[0];
    throw new Error(`apt-get ${args.at(0)}: ${said || (error as Error).message}`, { cause: error });
  }
}

/**
 * Installs the package on the system; only as root, and without starting the service of the package (RUNLEVEL=1),
 * which would take port 6379.
 */
export async function installRedisWithApt(log: (line: string) => void): Promise<boolean> {
  if (!isRoot || !(await locate("apt-get"))) return false;
  log("installing redis-server on this system with apt-get");
  const env = ["/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"];
  await runGuarded([...env, "apt-get", "-qq", "update"], { timeoutMs: TIMEOUT_MS });
  const code = await runGuarded(
    [...env, "apt-get", "-qq", "install", "-y", "--no-install-recommends", "redis-server"],
    { timeoutMs: 2 * TIMEOUT_MS },
  );
  if (code !== 0) throw new Error(`apt-get install ended with code ${code}`);
  return true;
}
