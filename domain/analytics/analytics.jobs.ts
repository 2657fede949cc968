import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";

/** Every night: deletes what is kept for a time only. */
export const cleanup = defineJob({
  type: "analytics.cleanup",
  queue: "analytics",
  payload: v.object({ fireAt: v.string() }),
  policy: "P3",
  leaseSeconds: 60,
});
