import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { batched } from "#platform/batched.js";

test("one who asks alone is answered at once; those who ask meanwhile share the next batch, in order, up to the most", async () => {
  const batches: number[][] = [];
  const ask = batched(3, async (items: readonly number[]) => {
    batches.push([...items]);
    await sleep(10);
    return items.map((item) => item * 10);
  });
  const first = ask(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(batches).toEqual([[1]]);
  const rest = [2, 3, 4, 5].map(ask);
  expect(await first).toBe(10);
  expect(await Promise.all(rest)).toEqual([20, 30, 40, 50]);
  expect(batches).toEqual([[1], [2, 3, 4], [5]]);
});

test("a batch that fails rejects each of its own, and the next is asked all the same", async () => {
  const ask = batched(2, async (items: readonly number[]) => {
    if (items.includes(1)) throw new Error("away");
    return items;
  });
  const answers = await Promise.allSettled([ask(1), ask(2), ask(3)]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
});

test("a batch that hangs does not hold up the next for longer than a moment", async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const ask = batched(1, async (items: readonly string[]) => {
    if (items[0] === "hangs") await gate;
    return items;
  });
  const hanging = ask("hangs");
  const begun = performance.now();
  expect(await ask("next")).toBe("next");
  expect(performance.now() - begun).toBeGreaterThan(50);
  release();
  expect(await hanging).toBe("hangs");
});
