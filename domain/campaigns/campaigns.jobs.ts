import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";

/** Writes the audience of a launched campaign down, batch by batch; running it again adds nothing twice. */
export const planCampaign = defineJob({
  type: "campaigns.plan",
  queue: "campaigns",
  payload: v.object({ campaignId: v.string() }),
  policy: "P3",
  leaseSeconds: 30,
});

/** Tick: hands follow-ups that have become due to the lanes. */
export const releaseDueMessages = defineJob({
  type: "campaigns.releaseDue",
  queue: "campaigns",
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});

/** Tick: completes campaigns that have nothing left to send. */
export const completeFinished = defineJob({
  type: "campaigns.completeFinished",
  queue: "campaigns",
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});
