import { expect, test } from "vitest";
import { ReportBudget } from "../../platform/tracking/report-budget.js";

test("reports of a kind are held to their number, all of them to theirs, and both are whole again after a minute", () => {
  let now = 0;
  const budget = new ReportBudget(2, 3, () => now);
  expect(["a", "a", "a", "b", "b"].map((kind) => budget.take(kind))).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
  now = 59_999;
  expect(budget.take("c")).toBe(false);
  now = 60_000;
  expect(["c", "a"].map((kind) => budget.take(kind))).toEqual([true, true]);
});
