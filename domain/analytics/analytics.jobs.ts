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
