import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLogger } from "#platform/logger.js";
import { repeat } from "#platform/repeat.js";
import { eventually } from "../support/eventually.js";

const log = createLogger("test", "silent");

test("a wake during a round is answered by another round right after it", async () => {
  let rounds = 0;
  let release = () => {};
  const repetition = repeat(
    "the test",
    async () => {
      rounds += 1;
      if (rounds === 1) await new Promise<void>((resolve) => (release = resolve));
      return 60_000;
    },
    log,
  );
  await sleep(10);
  repetition.wake();
  release();
  await eventually(() => rounds === 2);
  await repetition.stop();
  expect(rounds).toBe(2);
});

test("a round that fails is repeated, and stop waits for the round at hand", async () => {
  let rounds = 0;
  let ended = false;
  const repetition = repeat(
    "the test",
    async () => {
      rounds += 1;
      if (rounds === 1) throw new Error("away");
      await sleep(50);
      ended = true;
      return 60_000;
    },
    log,
  );
  await eventually(() => rounds === 2);
  await repetition.stop();
  expect(ended).toBe(true);
});
