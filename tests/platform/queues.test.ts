import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { createLogger } from "#platform/logger.js";
import { openQueues, type Queues } from "#platform/queues/queues.js";
import { EvictionError } from "#platform/redis-eviction.js";
import { eventually } from "../support/eventually.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";

const log = createLogger("test", "silent");
let redis: OwnRedis;
let probe: Redis;
let prefix: string;
let queues: Queues;
/** Rung and answered, in order. */
let answered: string[];

beforeAll(async () => {
  redis = await ownRedis();
  probe = new Redis(redis.url);
  probe.on("error", () => {});
});
afterAll(async () => {
  probe.disconnect();
  await redis.stop();
});
beforeEach(async () => {
  prefix = `{pw:${randomUUID()}}`;
  answered = [];
  queues = await openQueues(redis.url, prefix, { log });
});
afterEach(() => queues.close(500));

const answer = async (jobId: string) => void answered.push(jobId);

/** Rings until Redis has taken it, as the relay does by its next look. */
async function ringUntilTaken(jobId: string): Promise<void> {
  await eventually(() =>
    queues.ring("campaigns", jobId).then(
      () => true,
      () => false,
    ),
  );
}

test("F5 the queue connects where it is told, not to port 6379", async () => {
  queues.listen("campaigns", 2, answer);
  const jobId = newId();
  await queues.ring("campaigns", jobId);
  await eventually(
    () => answered.length,
    (n) => n === 1,
  );
  expect(answered).toEqual([jobId]);
  const connections = String(await probe.client("LIST")).split("\n");
  const ours = connections.filter((line) => line.includes("name=postwatch-queues"));
  expect(ours.length).toBe(2); // commands; the blocking one
  expect(ours.filter((line) => line.includes("cmd=brpoplpush")).length).toBe(1);
});

test("F1 after SCRIPT FLUSH rings go on being saved and answered", async () => {
  queues.listen("campaigns", 2, answer);
  const [first, second] = [newId(), newId()];
  await queues.ring("campaigns", first);
  await probe.script("FLUSH");
  await queues.ring("campaigns", second);
  await eventually(
    () => answered.length,
    (n) => n === 2,
  );
  expect(answered).toEqual([first, second]);
});

test("F1 after a kill and a restart of Redis the same process rings and answers again", async () => {
  queues.listen("campaigns", 2, answer);
  const [before, after] = [newId(), newId()];
  await ringUntilTaken(before);
  await eventually(() => answered.includes(before));
  await redis.kill();
  await redis.start();
  await ringUntilTaken(after);
  await eventually(() => answered.includes(after));
});

test("F2 a ring is refused at once while Redis is down, and within its time-out while it is frozen", async () => {
  redis.freeze();
  const begun = performance.now();
  await expect(queues.ring("emails", newId())).rejects.toThrow("within 1000 ms");
  expect(performance.now() - begun).toBeLessThan(1_500);
  redis.thaw();
  await redis.kill();
  try {
    await eventually(() => !queues.isConnected());
    const refusal = performance.now();
    await expect(queues.ring("emails", newId())).rejects.toThrow("not connected");
    expect(performance.now() - refusal).toBeLessThan(50);
  } finally {
    await redis.start();
  }
});

test("F2 a process that starts while Redis is down comes up, and answers once Redis is there", async () => {
  await redis.kill();
  const late = await openQueues(redis.url, prefix, { log });
  late.listen("campaigns", 1, answer);
  expect(late.isConnected()).toBe(false);
  await redis.start();
  const jobId = newId();
  await eventually(() =>
    late.ring("campaigns", jobId).then(
      () => true,
      () => false,
    ),
  );
  await eventually(() => answered.includes(jobId));
  await late.close(500);
});

test("F4 a ring of the same job is never dropped as known", async () => {
  const jobId = newId();
  await queues.ring("campaigns", jobId);
  await queues.ring("campaigns", jobId);
  expect(await queues.waiting("campaigns")).toBe(2);
  queues.listen("campaigns", 1, answer);
  await eventually(
    () => answered.length,
    (n) => n === 2,
  );
  expect(answered).toEqual([jobId, jobId]);
});

test("J3 FLUSHALL takes the rings and leaves the queue working", async () => {
  await queues.ring("campaigns", newId());
  await probe.flushall();
  queues.listen("campaigns", 1, answer);
  const jobId = newId();
  await queues.ring("campaigns", jobId);
  await eventually(
    () => answered.length,
    (n) => n === 1,
  );
  expect(answered).toEqual([jobId]);
});

test("a listener that stops finishes what it answers and takes no more", async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const listener = queues.listen("campaigns", 1, async (jobId) => {
    await gate;
    answered.push(jobId);
  });
  const [first, second] = [newId(), newId()];
  await queues.ring("campaigns", first);
  await eventually(
    () => queues.waiting("campaigns"),
    (n) => n === 0,
  );
  const stopped = listener.stop(2_000);
  await queues.ring("campaigns", second);
  release();
  await stopped;
  expect(answered).toEqual([first]);
  expect(await queues.waiting("campaigns")).toBe(1);
});

test("J3 a start is refused when Redis would drop keys", async () => {
  await probe.config("SET", "maxmemory-policy", "allkeys-lru");
  try {
    const refused = openQueues(redis.url, prefix, { log });
    await expect(refused).rejects.toThrow(EvictionError);
    await expect(refused).rejects.toThrow("maxmemory-policy allkeys-lru");
  } finally {
    await probe.config("SET", "maxmemory-policy", "noeviction");
  }
});

test("J3 queues that were opened while Redis refused to be written to work when it takes writes again", async () => {
  await probe.config("SET", "maxmemory", "1mb");
  const early = await openQueues(redis.url, prefix, { log });
  try {
    early.listen("campaigns", 1, answer);
    await expect(early.ring("campaigns", newId())).rejects.toThrow("OOM");
    await sleep(3_000);
  } finally {
    await probe.config("SET", "maxmemory", "0");
  }
  const [jobId, begun] = [newId(), performance.now()];
  await early.ring("campaigns", jobId);
  await eventually(() => answered.includes(jobId), Boolean, 5_000);
  expect(performance.now() - begun).toBeLessThan(1_500);
  await early.close(500);
});

test("J3 a listener that Redis has refused for long listens again within a second", async () => {
  queues.listen("campaigns", 1, answer);
  const first = newId();
  await queues.ring("campaigns", first);
  await eventually(() => answered.includes(first));
  await probe.config("SET", "maxmemory", "1mb");
  // Its BRPOPLPUSH is sent anew, and refused: 250 ms, 500 ms, and from then on every second.
  await probe.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await sleep(6_000);
  await probe.config("SET", "maxmemory", "0");
  const [jobId, begun] = [newId(), performance.now()];
  await ringUntilTaken(jobId);
  await eventually(() => answered.includes(jobId), Boolean, 12_000);
  expect(performance.now() - begun).toBeLessThan(1_500);
});
