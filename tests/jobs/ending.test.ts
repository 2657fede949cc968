import { expect, test } from "vitest";
import { ConflictError, UnavailableError } from "#domain/errors.js";
import { endingOf, endingOfError } from "#domain/jobs/ending.js";
import { cancel, done, retry, snooze } from "#domain/jobs/outcome.js";

const first = { attempts: 1, maxAttempts: 3 };
const last = { attempts: 3, maxAttempts: 3 };

test("done and cancel close the job", () => {
  expect(endingOf(done, first, "P2", 0.5)).toEqual({ kind: "close", state: "SUCCEEDED", error: null });
  expect(endingOf(cancel("gone"), first, "P2", 0.5)).toEqual({
    kind: "close",
    state: "CANCELLED",
    error: "gone",
  });
});

test("a retry comes back by the policy with ±20 % jitter, and the last attempt makes the job dead", () => {
  const back = (attempts: number, random: number) =>
    endingOf(retry("busy"), { attempts, maxAttempts: 3 }, "P2", random);
  expect(back(1, 0.5)).toEqual({ kind: "return", seconds: 5, outcome: "RETRIED", error: "busy" });
  expect(back(2, 0)).toEqual({ kind: "return", seconds: 8, outcome: "RETRIED", error: "busy" });
  expect(back(2, 1)).toEqual({ kind: "return", seconds: 12, outcome: "RETRIED", error: "busy" });
  expect(back(3, 0.5)).toEqual({ kind: "close", state: "FAILED", error: "busy" });
});

test("a snooze comes back and is not counted, not even at the last attempt", () => {
  expect(endingOf(snooze(7), last, "P2", 0.5)).toEqual({
    kind: "return",
    seconds: 7,
    outcome: "SNOOZED",
    error: null,
  });
});

test("a coded error is final at the first attempt; any other is tried again", () => {
  expect(endingOfError(new ConflictError("taken"), first, "P2", 0.5)).toEqual({
    kind: "close",
    state: "FAILED",
    error: "CONFLICT: taken",
  });
  expect(endingOfError(new TypeError("x is not a function"), first, "P2", 0.5)).toEqual({
    kind: "return",
    seconds: 5,
    outcome: "RETRIED",
    error: "TypeError: x is not a function",
  });
});

test("J4 a database that is away costs no attempt and kills no job, not even at the last one", () => {
  expect(endingOfError(new UnavailableError("The database does not answer."), last, "P2", 0.5)).toEqual({
    kind: "return",
    seconds: 1,
    outcome: "SNOOZED",
    error: "UNAVAILABLE: The database does not answer.",
  });
});

test("an endless message is cut to 1,000 characters", () => {
  const ending = endingOfError(new Error("x".repeat(5_000)), last, "P2", 0.5);
  expect(ending.kind === "close" && ending.error?.length).toBe(1_000);
});

test("what went wrong is written as text that PostgreSQL takes, 1,000 characters at most", () => {
  const reason = `a\0b${"x".repeat(2_000)}`;
  const written = `ab${"x".repeat(997)}…`;
  expect(endingOf(cancel(reason), first, "P2", 0.5)).toMatchObject({ error: written });
  expect(endingOf(retry(reason), first, "P2", 0.5)).toMatchObject({ error: written });
  expect(endingOf(retry(reason), last, "P2", 0.5)).toMatchObject({ error: written });
  expect(endingOf(cancel("\ud800"), first, "P2", 0.5)).toMatchObject({ error: "\ufffd" });
});
