import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startGuarded } from "../../platform/embedded/guarded-child.js";
import { isRunning } from "../../platform/embedded/processes.js";
import { waitUntil } from "../../platform/embedded/wait-until.js";
import { processesOf, untilNoneIsLeft } from "./support/processes-of.js";
import { endHolders, killHard, spawnHolder } from "./support/spawn-holder.js";

interface Addresses {
  readonly postgres: string;
  readonly redis: string;
}

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pw-life-"));
});
afterEach(async () => {
  await endHolders();
  await untilNoneIsLeft(directory, 20_000);
  await rm(directory, { recursive: true, force: true });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

test("kill -9 of the parent takes PostgreSQL and Redis down; the next start has all that was committed", async () => {
  const first = await spawnHolder<Addresses>(directory, "services");
  await query(first.said.postgres, "create table kept as select 42 as answer");
  await withRedis(first.said.redis, (redis) => redis.set("kept", "42"));
  await new Promise((resolve) => {
    setTimeout(resolve, 1_200); // Redis writes its file once a second
  });
  expect(processesOf(directory).length).toBeGreaterThan(4);

  await killHard(first.child);
  const goneAfterMs = await untilNoneIsLeft(directory, 20_000);
  console.log(`PostgreSQL and Redis were gone ${Math.round(goneAfterMs)} ms after kill -9 of their parent`);

  const second = await spawnHolder<Addresses>(directory, "services");
  expect(await query(second.said.postgres, "select answer from kept")).toEqual([{ answer: 42 }]);
  expect(await withRedis(second.said.redis, (redis) => redis.get("kept"))).toBe("42");
});

test("a start that follows kill -9 at once waits for the old servers instead of failing", async () => {
  const first = await spawnHolder<Addresses>(directory, "services");
  await query(first.said.postgres, "create table kept as select 42 as answer");
  await killHard(first.child);
  const second = await spawnHolder<Addresses>(directory, "services");
  expect(await query(second.said.postgres, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("stopped in the very moment of its start, a program is not forgotten", async () => {
  for (let round = 0; round < 20; round += 1) {
    const child = await startGuarded(["sleep", "61.25"], { cwd: directory });
    await child.stop();
    expect(isRunning(child.pid)).toBe(false);
  }
  await untilNoneIsLeft(directory, 3_000);
});

test("a parent that is killed while PostgreSQL is still starting leaves nothing behind", async () => {
  const holder = spawnHolder<Addresses>(directory, "services");
  holder.catch(() => {});
  await waitUntil(async () => processesOf(directory).length > 2, { timeoutMs: 20_000, everyMs: 1 });
  await endHolders();
  await untilNoneIsLeft(directory, 20_000);
});

test("a guarded program ends in order on stop, and by force when it will not", async () => {
  const polite = await startGuarded(["sleep", "60"]);
  expect(await polite.stop()).toBe(128 + 15);
  const stubborn = await startGuarded(["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"]);
  await new Promise((resolve) => {
    setTimeout(resolve, 200);
  });
  const start = performance.now();
  await stubborn.stop(300);
  expect(performance.now() - start).toBeGreaterThan(290);
  expect(isRunning(stubborn.pid)).toBe(false);
});

test("a guarded program hands on its own exit code", async () => {
  const child = await startGuarded(["sh", "-c", "exit 7"]);
  expect(await child.exited).toBe(7);
});

test("a process that logs into a pipe which nobody reads any more still ends", async () => {
  const args = ["--conditions=source", "--import", "tsx", "tests/embedded/support/talker.ts"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await ended).toEqual([0, null]);
});
