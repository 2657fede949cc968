import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";

/** Reads an import's file and writes its leads; goes on from the last committed batch after a crash. */
export const importLeads = defineJob({
  type: "campaigns.importLeads",
  queue: "campaigns",
  payload: v.object({ importId: v.string() }),
  policy: "P3",
  leaseSeconds: 30,
  initiatorNeeds: () => "lead:import",
});

/** Tick: fails uploads that broke off with the server that took them. */
export const sweepUploads = defineJob({
  type: "campaigns.sweepUploads",
  queue: "campaigns",
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});
