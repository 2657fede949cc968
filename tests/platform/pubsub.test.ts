import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "vitest";
import { openPubSub, type PubSub } from "#platform/pubsub.js";
import { createLogger } from "#platform/logger.js";
import { eventually } from "../support/eventually.js";
import { ownRedis, type OwnRedis } from "../support/redis.js";

interface Count {
  readonly n: number;
}

const log = createLogger("test", "silent");
let redis: OwnRedis;
let prefix: string;
let bus: PubSub;
let probe: Redis;
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
  bus = openPubSub(redis.url, prefix, log);
  await listeners("nobody", 0);
});
afterEach(() => bus.close());

/** Waits until so many connections of Redis listen to the channel, and until it can be published to. */
async function listeners(channel: string, wanted: number): Promise<void> {
  const name = `${prefix}:${channel}`;
  await eventually(
    async () => Number((await probe.pubsub("NUMSUB", name))[1]),
    (n) => n === wanted,
  );
  await eventually(() =>
    bus.publishAll([{ channel: "warm-up", hint: {} }], 500).then(
      () => true,
      () => false,
    ),
  );
}

test("a hint reaches every subscriber of its channel and nobody else", async () => {
  const [one, two, other] = [bus.subscribe<Count>("a"), bus.subscribe<Count>("a"), bus.subscribe<Count>("b")];
  await listeners("a", 1);
  await listeners("b", 1);
  bus.publish("a", { n: 1 });
  bus.publish("b", { n: 2 });
  expect(await one.next()).toEqual({ value: { n: 1 }, done: false });
  expect(await two.next()).toEqual({ value: { n: 1 }, done: false });
  expect(await other.next()).toEqual({ value: { n: 2 }, done: false });
});

test("two installations on one Redis do not hear each other", async () => {
  const stranger = openPubSub(redis.url, `{pw:${randomUUID()}}`, log);
  const theirs = stranger.subscribe<Count>("a");
  const ours = bus.subscribe<Count>("a");
  await listeners("a", 1);
  await eventually(() =>
    stranger.publishAll([{ channel: "a", hint: { n: 7 } }], 500).then(
      () => true,
      () => false,
    ),
  );
  await bus.publishAll([{ channel: "a", hint: { n: 8 } }], 500);
  expect(await ours.next()).toEqual({ value: { n: 8 }, done: false });
  expect(await theirs.next()).toEqual({ value: { n: 7 }, done: false });
  await stranger.close();
});

test("a reader who is too slow gets the newest 1,000 hints", async () => {
  const slow = bus.subscribe<Count>("a");
  await listeners("a", 1);
  const hints = Array.from({ length: 1_200 }, (_, n) => ({ channel: "a", hint: { n } }));
  await bus.publishAll(hints, 2_000);
  await bus.publishAll([{ channel: "b", hint: {} }], 2_000);
  const marker = bus.subscribe<Count>("end");
  await listeners("end", 1);
  bus.publish("end", { n: 0 });
  await marker.next();
  expect((await slow.next()).value).toEqual({ n: 200 });
});

test("a reader who leaves ends its reads and the listening in Redis", async () => {
  const reader = bus.subscribe<Count>("a");
  await listeners("a", 1);
  const pending = reader.next();
  await reader.return?.();
  expect(await pending).toEqual({ value: undefined, done: true });
  await listeners("a", 0);
});

test("J3 after Redis was killed and started again, subscribers hear again and publishing works", async () => {
  const reader = bus.subscribe<Count>("a");
  await listeners("a", 1);
  await redis.kill();
  await expect(bus.publishAll([{ channel: "a", hint: { n: 1 } }], 300)).rejects.toThrow();
  bus.publish("a", { n: 2 });
  const late = bus.subscribe<Count>("later");
  await redis.start();
  await listeners("a", 1);
  await listeners("later", 1);
  await bus.publishAll(
    [
      { channel: "a", hint: { n: 3 } },
      { channel: "later", hint: { n: 4 } },
    ],
    500,
  );
  // What was published while Redis was away may still come: it was not confirmed, and a hint too many does no harm.
  const heard: number[] = [];
  while (heard.at(-1) !== 3) heard.push((await reader.next()).value!.n);
  expect([[3], [1, 3], [2, 3], [1, 2, 3]]).toContainEqual(heard);
  expect(await late.next()).toEqual({ value: { n: 4 }, done: false });
});

test("J3 a frozen Redis costs a confirmed publish its time-out and no more", async () => {
  redis.freeze();
  try {
    const begun = performance.now();
    await expect(bus.publishAll([{ channel: "a", hint: {} }], 200)).rejects.toThrow("within 200 ms");
    expect(performance.now() - begun).toBeLessThan(1_000);
    bus.publish("a", { n: 1 });
  } finally {
    redis.thaw();
  }
});

test("J3 a frozen Redis is not sent the same hints with every try", async () => {
  const reader = bus.subscribe<Count>("a");
  await listeners("a", 1);
  const publish = (n: number) => bus.publishAll([{ channel: "a", hint: { n } }], 300);
  redis.freeze();
  try {
    await expect(publish(1)).rejects.toThrow("within 300 ms");
    for (let again = 0; again < 5; again += 1)
      await expect(publish(1)).rejects.toThrow("Redis does not answer.");
  } finally {
    redis.thaw();
  }
  expect(await reader.next()).toEqual({ value: { n: 1 }, done: false });
  await eventually(() =>
    publish(2).then(
      () => true,
      () => false,
    ),
  );
  expect(await reader.next()).toEqual({ value: { n: 2 }, done: false });
});
