import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runGuarded } from "./guarded-child.js";
import { lastLines, openLogFile } from "./log-file.js";
import { locate } from "./processes.js";

export interface RedisSource {
  readonly url: string;
  /** SHA-256 of the archive, in hexadecimal. */
  readonly sha256: string;
}

/** The last line of Redis under the BSD licence; the sum is the one that the Redis project publishes. */
export const REDIS_SOURCE: RedisSource = {
  url: "https://download.redis.io/releases/redis-7.2.15.tar.gz",
  sha256: "7bf7975331511fdb788e85dae63964b128fccee1df026a10db57444babc9c9c4",
};

export interface CompileOptions {
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  readonly source?: RedisSource;
}

/**
 * Downloads the pinned source and compiles it into `cacheDir`/compiled/bin. One to three minutes.
 * @returns whether the program is there now; false where there is no compiler.
 * @throws Error when the archive cannot be had, is not the pinned one, or does not compile.
 */
export async function compileRedis(options: CompileOptions): Promise<boolean> {
  for (const tool of ["make", "cc", "tar"]) if (!(await locate(tool))) return false;
  const source = options.source ?? REDIS_SOURCE;
  options.log(`compiling Redis from ${source.url} (takes a few minutes, once)`);
  await mkdir(options.cacheDir, { recursive: true });
  const work = await mkdtemp(join(options.cacheDir, "compile-"));
  try {
    const archive = join(work, "redis.tar.gz");
    await writeFile(archive, await download(source));
    await build(work, archive);
    const place = join(options.cacheDir, "compiled");
    await rm(place, { recursive: true, force: true });
    await mkdir(join(work, "result", "bin"), { recursive: true });
    await copyFile(join(work, "src", "redis-server"), join(work, "result", "bin", "redis-server"));
    await rename(join(work, "result"), place);
    return true;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(source: RedisSource): Promise<Buffer> {
  const answer = await fetch(source.url, { signal: AbortSignal.timeout(120_000) }).catch((error: Error) => {
    throw new Error(`${source.url} cannot be reached`, { cause: error });
  });
  if (!answer.ok) throw new Error(`${source.url} answered ${answer.status}`);
  const archive = Buffer.from(await answer.arrayBuffer());
  const sum = createHash("sha256").update(archive).digest("hex");
  if (sum !== source.sha256)
    throw new Error(
      `${source.url} has the SHA-256 ${sum}, but ${source.sha256} is expected; it was thrown away`,
    );
  return archive;
}

async function build(work: string, archive: string): Promise<void> {
  const logPath = join(work, "make.log");
  const output = await openLogFile(logPath);
  const run = { cwd: work, output: output.fd, timeoutMs: 600_000 };
  try {
    const steps = [
      ["tar", "-xzf", archive, "--strip-components=1"],
      // The plain allocator: jemalloc doubles the time and needs more tools.
      ["make", "-C", "src", `-j${availableParallelism()}`, "MALLOC=libc", "BUILD_TLS=no", "redis-server"],
    ];
    for (const step of steps) {
      const code = await runGuarded(step, run);
      if (code !== 0) throw new Error(`${step[0]} ended with code ${code}: ${await lastLines(logPath, 3)}`);
    }
  } finally {
    await output.close();
  }
}
