import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";

/** Rings the lanes: a campaign has messages to send. Which ones, and to whom, only the ledger says. */
export const sendStep = defineJob({
  type: "emails.sendStep",
  queue: "emails",
  payload: v.object({ campaignId: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});
