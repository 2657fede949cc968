import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  DataDirectoryTaken,
  ensureSecrets,
  takeDataDirectory,
} from "../../platform/embedded/data-directory.js";
import { endHolders, killHard, spawnHolder } from "./support/spawn-holder.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pw-lock-"));
});
afterEach(async () => {
  await endHolders();
  await rm(directory, { recursive: true, force: true });
});

test("a second start on the same directory is refused, naming the process, and the first keeps its lock", async () => {
  const { child, said } = await spawnHolder<string>(directory, "lock");
  expect(said).toBe("locked");
  const before = await readFile(join(directory, "lock"), "utf8");
  await expect(takeDataDirectory(directory)).rejects.toThrow(
    `Postwatch already runs on ${directory} (pid ${child.pid}). Stop that one first, or set POSTWATCH_HOME to another directory.`,
  );
  expect(await readFile(join(directory, "lock"), "utf8")).toBe(before);
});

test("the lock of a process that was killed is taken over", async () => {
  const { child } = await spawnHolder<string>(directory, "lock");
  await killHard(child);
  const taken = await takeDataDirectory(directory);
  expect(JSON.parse(await readFile(join(directory, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
  await taken.release();
  await (await takeDataDirectory(directory)).release();
});

test("a process that merely got the id of a dead owner does not keep the lock", async () => {
  await writeFile(join(directory, "lock"), JSON.stringify({ pid: process.ppid, startMark: "1" }));
  await (await takeDataDirectory(directory)).release();
});

test("of many starts at once exactly one wins, also over a stale lock", async () => {
  await writeFile(join(directory, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, startMark: "1" }));
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => takeDataDirectory(directory)));
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled").length).toBe(1);
  for (const outcome of outcomes)
    if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(DataDirectoryTaken);
});

test("secrets are made once, readable by their owner alone, and kept", async () => {
  const first = await ensureSecrets(directory);
  expect(Buffer.from(first.jwtSecret, "base64url").length).toBe(48);
  expect(await ensureSecrets(directory)).toEqual(first);
  expect((await stat(join(directory, "secrets.json"))).mode & 0o777).toBe(0o600);
});

test("secrets that cannot be read are not replaced silently", async () => {
  const file = join(directory, "secrets.json");
  await writeFile(file, '{"jwtSecret":"short"}');
  await expect(ensureSecrets(directory)).rejects.toThrow(/jwtSecret.*Restore the file; or remove it/);
  expect(await readFile(file, "utf8")).toBe('{"jwtSecret":"short"}');
});
