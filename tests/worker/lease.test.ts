import { afterEach, expect, test, vi } from "vitest";
import { UnavailableError } from "#domain/errors.js";
import type { ClaimedJob } from "#domain/jobs/claim.queries.js";
import type { Reader } from "#domain/operation.js";
import { holdLease } from "#worker/lease.js";

afterEach(() => void vi.useRealTimers());

const away = () => Promise.reject(new UnavailableError("The database does not answer."));

test("J4 signs of life come three times a lease, every second while they are not taken, and the lease is lost when none was for all of it", async () => {
  vi.useFakeTimers();
  const asked: number[] = [];
  let isAway = false;
  const reader = {
    query: () => {
      asked.push(performance.now());
      return isAway ? away() : Promise.resolve([{}]);
    },
  } as unknown as Reader;
  const onLost = vi.fn();
  const since = performance.now();
  const seconds = () => asked.map((at) => Math.round((at - since) / 1000));
  const job = { id: "a", leaseOwner: "b", leaseSeconds: 30 } as ClaimedJob;
  holdLease(reader, job, onLost);
  await vi.advanceTimersByTimeAsync(21_000);
  expect(seconds()).toEqual([10, 20]);
  isAway = true;
  await vi.advanceTimersByTimeAsync(12_500);
  isAway = false;
  await vi.advanceTimersByTimeAsync(10_500);
  expect(seconds()).toEqual([10, 20, 30, 31, 32, 33, 34, 44]);
  expect(onLost).not.toHaveBeenCalled();
  isAway = true;
  await vi.advanceTimersByTimeAsync(29_000);
  expect(onLost).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(onLost).toHaveBeenCalledTimes(1);
});
