import * as v from "valibot";
import { IdSchema } from "../ids.js";
import { defineJob } from "../jobs/define-job.js";
import { PUT_OFF_FOR } from "./pace.queries.js";

/** After limits were changed or a sender was resumed: campaigns are planned anew, and what was put off for them before comes back, batch by batch. */
export const wakePutOff = defineJob({
  type: "campaigns.wakePutOff",
  queue: "campaigns",
  description:
    "After a change of shared limits or a sender: has campaigns planned anew, and lets mail that was put off look again.",
  idempotency: "the message: what is awake, or was put off after the change, stays as it is",
  payload: v.object({
    reasons: v.array(v.picklist(PUT_OFF_FOR)),
    /** Of whom; null: of every sender. */
    senderId: v.nullable(IdSchema),
    /** What was put off up to then, by the database's clock. */
    before: v.string(),
    /** Limits have changed, not only whether a sender is paused: campaigns under them are planned anew. */
    isPlannedAnew: v.optional(v.boolean(), false),
  }),
  policy: "P2",
  leaseSeconds: 30,
});
