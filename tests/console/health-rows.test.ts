import { expect, test } from "vitest";
import { rowsOf, type Line } from "../../console/src/health/chart-rows";
import { Ring } from "../../console/src/lib/ring";

const columns = (ring: Ring) => ring.view().map((column) => [...column]);

test("a ring keeps the newest rows, in order, however many come", () => {
  const ring = new Ring(2, 3);
  for (let at = 1; at <= 20; at++) {
    expect(ring.push([at, at * 10])).toBe(true);
    expect(ring.length).toBe(Math.min(at, 3));
  }
  expect(columns(ring)).toEqual([
    [18, 19, 20],
    [180, 190, 200],
  ]);
});

test("a ring drops what is not later than its last row, and what has no time", () => {
  const ring = new Ring(2, 4);
  ring.push([100, 1]);
  expect(ring.push([100, 2])).toBe(false);
  expect(ring.push([99, 3])).toBe(false);
  expect(ring.push([Number.NaN, 4])).toBe(false);
  expect(ring.push([101])).toBe(true);
  expect(columns(ring)).toEqual([
    [100, 101],
    [1, Number.NaN],
  ]);
});

const lines: Line[] = [
  { name: "mean", tail: 1, merge: "mean" },
  { name: "peak", tail: 1, merge: "max" },
];

function tailOf(...rows: [at: number, value: number][]) {
  const ring = new Ring(2, 100);
  for (const row of rows) ring.push(row);
  return ring.view();
}

const block = (at: number[], values: (number | null)[]) => ({
  at,
  stepMs: 5_000,
  columns: { mean: values, peak: values.map((value) => value && value + 1) },
});

test("where the stream has samples it is shown, elsewhere the history", () => {
  const then = block([0, 5_000, 10_000, 15_000], [1, 2, 3, 4]);
  const rows = rowsOf(then, tailOf([12_000, 30], [13_000, 31], [14_000, 32]), lines, {
    fromMs: 0,
    toMs: 20_000,
    stepMs: 100,
  });
  expect(rows).toEqual([
    [0, 5, 12, 13, 14, 15],
    [1, 2, 30, 31, 32, 4],
    [2, 3, 30, 31, 32, 5],
  ]);
});

test("samples within one step are one row: their mean, or the highest of them", () => {
  const tail = tailOf([1_000, 10], [1_200, 20], [1_400, 60], [2_100, 5], [2_300, Number.NaN]);
  const rows = rowsOf(undefined, tail, lines, { fromMs: 0, toMs: 9_000, stepMs: 1_000 });
  expect(rows).toEqual([
    [1, 2.1],
    [30, 5],
    [60, 5],
  ]);
});

test("a step without a value is no gap, more than two are; a stream that broke off for three seconds is one", () => {
  const then = block([0, 5_000, 10_000, 15_000, 20_000, 25_000], [1, null, 3, null, null, 6]);
  const gap = rowsOf(then, [], lines, { fromMs: 0, toMs: 30_000, stepMs: 100 });
  expect(gap[0]).toEqual([0, 10, 15, 25]);
  expect(gap[1]).toEqual([1, 3, null, 6]);
  const broken = rowsOf(undefined, tailOf([1_000, 1], [2_000, 2], [5_500, 3]), lines, {
    fromMs: 0,
    toMs: 6_000,
    stepMs: 200,
  });
  expect(broken[0]).toEqual([1, 2, 2.2, 5.5]);
  expect(broken[1]).toEqual([1, 2, null, 3]);
});

test("nothing outside of the window is shown, but for the history's step that reaches into it", () => {
  const then = block([0, 5_000, 10_000, 15_000], [1, 2, 3, 4]);
  const rows = rowsOf(then, tailOf([16_000, 9], [21_000, 10]), lines, {
    fromMs: 8_000,
    toMs: 17_000,
    stepMs: 100,
  });
  expect(rows[0]).toEqual([5, 10, 16]);
  expect(rows[1]).toEqual([2, 3, 9]);
});

test("what a machine did not answer is null in its own line only", () => {
  const rows = rowsOf(
    undefined,
    tailOf([1_000, Number.NaN]),
    [...lines, { name: "at", tail: 0, merge: "mean" }],
    {
      fromMs: 0,
      toMs: 2_000,
      stepMs: 100,
    },
  );
  expect(rows).toEqual([[1], [null], [null], [1_000]]);
});
