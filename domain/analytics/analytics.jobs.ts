import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";
import { inUtc } from "../jobs/schedule.js";

/** Every night: deletes what is kept for a time only. */
export const cleanup = defineJob({
  type: "analytics.cleanup",
  queue: "analytics",
  description: "Deletes what is kept for a time only.",
  idempotency: "the day",
  schedule: inUtc("0 3 * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P3",
  leaseSeconds: 60,
});

/** Every hour: five minutes of figures become one row. */
export const rollupHourly = defineJob({
  type: "analytics.rollupHourly",
  queue: "analytics",
  description: "Sums up the samples of the system's health: five minutes in one row, kept for a month.",
  idempotency: "the hour; a sum that is made again is the same",
  schedule: inUtc("7 * * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P2",
  leaseSeconds: 60,
});
