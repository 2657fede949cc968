import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";
import { inUtc } from "../jobs/schedule.js";

/** Writes the audience of a launched campaign down, batch by batch; running it again adds nothing twice. */
export const planCampaign = defineJob({
  type: "campaigns.plan",
  queue: "campaigns",
  description: "Writes the audience of a launched campaign down, batch by batch.",
  idempotency: "campaign version and cursor: a lead is enrolled once",
  payload: v.object({ campaignId: v.string() }),
  policy: "P3",
  leaseSeconds: 30,
});

/** Tick: hands follow-ups that have become due to the lanes. */
export const releaseDueMessages = defineJob({
  type: "campaigns.releaseDue",
  queue: "campaigns",
  description: "Hands follow-ups that have become due to the mail lanes.",
  idempotency: "the minute",
  schedule: inUtc("* * * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});

/** Tick: completes campaigns that have nothing left to send. */
export const completeFinished = defineJob({
  type: "campaigns.completeFinished",
  queue: "campaigns",
  description: "Completes campaigns that have nothing left to send.",
  idempotency: "the campaign",
  schedule: inUtc("*/15 * * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});
