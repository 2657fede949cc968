import * as v from "valibot";
import { defineJob } from "#domain/jobs/define-job.js";

/** Takes its time, or ends its worker. */
export const job = defineJob({
  type: "campaigns.bench",
  queue: "campaigns",
  description: "Takes 20 ms, or ends its worker.",
  idempotency: "none",
  payload: v.object({ isPoison: v.boolean() }),
  policy: "P2",
  leaseSeconds: 15,
});

export const WORK_MS = 20;
