import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locate } from "../../platform/embedded/processes.js";
import { fetchRedisWithApt } from "../../platform/embedded/redis-apt.js";
import { REDIS_RUNGS, type RedisRung, findRedis } from "../../platform/embedded/redis-binary.js";
import { compileRedis } from "../../platform/embedded/redis-compile.js";
import { startRedis } from "../../platform/embedded/redis.js";

const PATH = process.env.PATH;
let directory: string;
let lines: string[];
const log = (line: string): void => void lines.push(line);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pw-redis-binary-"));
  lines = [];
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(directory, { recursive: true, force: true });
});

const only = (...rungs: RedisRung[]) => REDIS_RUNGS.filter((rung) => !rungs.includes(rung));
const installed = (await locate("redis-server")) ?? (await locate("valkey-server"));

async function program(path: string, text: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

test("REDIS_SERVER_BIN that is no Redis ends the search, by name, although there may be another one", async () => {
  const impostor = await program(join(directory, "redis-server"), "echo PostgreSQL 18.4");
  for (const ownBinary of [impostor, join(directory, "nowhere")])
    await expect(findRedis({ cacheDir: directory, log, ownBinary })).rejects.toThrow(
      `REDIS_SERVER_BIN is "${ownBinary}", which is not a Redis or Valkey server that runs here.`,
    );
});

test.skipIf(!installed)("REDIS_SERVER_BIN that works is used before all others", async () => {
  const own = join(directory, "my-redis");
  await symlink(installed as string, own);
  const found = await findRedis({ cacheDir: directory, log, ownBinary: own });
  expect(found).toMatchObject({ command: [own], rung: "own-binary" });
  expect(lines).toEqual([`Redis by own-binary: ${own} (${found.version})`]);
});

test("a program on PATH counts only when it says that it is Redis or Valkey", async () => {
  process.env.PATH = `${directory}:/bin:/usr/bin`;
  const fake = await program(join(directory, "redis-server"), "echo I am a teapot");
  await expect(findRedis({ cacheDir: directory, log, skip: only("path") })).rejects.toThrow();
  expect(lines).toEqual([`Redis by path: ${fake} does not run`]);

  await program(fake, "echo 'Valkey server v=8.1.1 sha=00000000:0'");
  const found = await findRedis({ cacheDir: directory, log, skip: only("path") });
  expect(found).toEqual({ command: [fake], rung: "path", version: "Valkey server v=8.1.1" });
});

test("a server in the cache is used with the libraries that came with it", async () => {
  const bin = join(directory, "deb", "usr", "bin");
  const libraries = join(directory, "deb", "usr", "lib", "x86_64-linux-gnu");
  await mkdir(bin, { recursive: true });
  await mkdir(libraries, { recursive: true });
  await writeFile(join(libraries, "libhiredis.so.0.14"), "");
  const server = await program(
    join(bin, "redis-server"),
    `[ "$LD_LIBRARY_PATH" = "${libraries}" ] && echo "Redis server v=7.0.15"`,
  );
  const found = await findRedis({ cacheDir: directory, log, skip: only("cache") });
  expect(found.command).toEqual(["/usr/bin/env", `LD_LIBRARY_PATH=${libraries}`, server]);
});

test("when nothing works the error names every way out, and each rung has said one line", async () => {
  process.env.PATH = directory;
  await expect(findRedis({ cacheDir: directory, log, skip: only("path", "cache") })).rejects.toThrow(
    /REDIS_URL.*docker run.*apt-get install redis-server.*REDIS_SERVER_BIN/s,
  );
  expect(lines.length).toBe(2);
});

let archive: Server | undefined;
afterEach(() => void archive?.close());

test("a source archive that is not the pinned one is thrown away and never unpacked", async () => {
  archive = createServer((_request, response) => response.end("not the archive")).listen(0, "127.0.0.1");
  await new Promise((resolve) => archive?.once("listening", resolve));
  const url = `http://127.0.0.1:${(archive.address() as AddressInfo).port}/redis.tar.gz`;
  await expect(
    compileRedis({ cacheDir: directory, log, source: { url, sha256: "0".repeat(64) } }),
  ).rejects.toThrow(/has the SHA-256 [0-9a-f]{64}, but 0{64} is expected; it was thrown away/);
  expect(await readdir(directory)).toEqual([]);
});

test.skipIf(!process.env.POSTWATCH_TEST_APT)(
  "apt fetches a server that runs without installing it (needs the network)",
  { timeout: 300_000 },
  async () => {
    const dpkgStatusFile = await statusWithoutRedis(join(directory, "status"));
    const cacheDir = join(directory, "cache");
    expect(await fetchRedisWithApt({ cacheDir, log, dpkgStatusFile })).toBe(true);
    expect(await readdir(cacheDir)).toEqual(["deb"]);
    const redis = await startRedis({
      dataDir: join(directory, "data"),
      cacheDir,
      log,
      persistent: false,
      skip: only("cache"),
    });
    const client = new Redis(redis.url);
    expect(await client.ping()).toBe("PONG");
    client.disconnect();
    await redis.stop();
  },
);

/** The packages of this system, as if Redis had never been installed. */
async function statusWithoutRedis(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const packages = (await readFile("/var/lib/dpkg/status", "utf8")).split("\n\n");
  await writeFile(
    file,
    packages.filter((entry) => !/^Package: (lib)?(redis|hiredis|lzf)/m.test(entry)).join("\n\n"),
  );
  return file;
}

test.skipIf(!installed)("a data directory with a path too long for a socket still works", async () => {
  const dataDir = join(directory, "long".repeat(20), "er".repeat(20));
  const redis = await startRedis({ dataDir, cacheDir: directory, log, persistent: true });
  expect(Buffer.byteLength(redis.url)).toBeLessThan(100);
  const client = new Redis(redis.url);
  expect(await client.config("GET", "dir")).toEqual(["dir", dataDir]);
  client.disconnect();
  await redis.stop();
});
