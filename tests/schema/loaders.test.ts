import { expect, test } from "vitest";
import type { Operation } from "../../domain/operation.js";
import { batched, defineLoader, openLoaders } from "../../schema/loaders.js";

test("lookups of one tick are one read, each key once, and a missing key is null", async () => {
  const reads: (readonly string[])[] = [];
  const loader = batched(async (keys: readonly string[]) => {
    reads.push(keys);
    return new Map(keys.filter((key) => key !== "none").map((key) => [key, key.toUpperCase()]));
  });
  const list = ["a", "b", "a", "none"].map(async (key) => {
    await Promise.resolve();
    return loader.load(key);
  });
  expect(await Promise.all(list)).toEqual(["A", "B", "A", null]);
  expect(reads).toEqual([["a", "b", "none"]]);
  expect(await loader.load("a")).toBe("A");
  expect(await loader.load("c")).toBe("C");
  expect(reads).toEqual([["a", "b", "none"], ["c"]]);
});

test("a failed read fails every lookup of it", async () => {
  const loader = batched((_keys: readonly number[]) =>
    Promise.reject<Map<number, string>>(new Error("no database")),
  );
  const answers = await Promise.allSettled([loader.load(1), loader.load(2)]);
  expect(answers.map((answer) => answer.status)).toEqual(["rejected", "rejected"]);
});

test("two contexts share nothing, one context shares its loaders", async () => {
  let reads = 0;
  const definition = defineLoader(async (_op, keys: readonly string[]) => {
    reads += 1;
    return new Map(keys.map((key) => [key, reads]));
  });
  const op = {} as Operation;
  const [mine, theirs] = [openLoaders(op), openLoaders(op)];
  expect(await mine.get(definition).load("x")).toBe(1);
  expect(await mine.get(definition).load("x")).toBe(1);
  expect(await theirs.get(definition).load("x")).toBe(2);
});
