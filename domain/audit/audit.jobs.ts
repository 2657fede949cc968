import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";
import { inUtc } from "../jobs/schedule.js";

/** Every minute: the newest seals are written down where the database's owner cannot reach them. */
export const auditAnchor = defineJob({
  type: "analytics.auditAnchor",
  queue: "analytics",
  description: "Writes the newest seal of each chain of the audit record down outside the database.",
  idempotency: "the minute; a seal that is written down twice is the same seal",
  schedule: inUtc("* * * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 60,
});

/** Every night: all chains against the anchors. */
export const auditVerify = defineJob({
  type: "analytics.auditVerify",
  queue: "analytics",
  description:
    "Checks the whole audit record: entries, seals, keys and anchors; tells administrators of a fault.",
  idempotency: "the night; a check changes nothing",
  schedule: inUtc("40 3 * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P3",
  leaseSeconds: 60,
});
