import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";
import { inUtc } from "../jobs/schedule.js";

/** Reads an import's file and writes its leads; goes on from the last committed batch after a crash. */
export const importLeads = defineJob({
  type: "campaigns.importLeads",
  queue: "campaigns",
  description: "Reads an import's file and writes its leads; goes on from the last committed batch.",
  idempotency: "the import and its batch",
  payload: v.object({ importId: v.string() }),
  policy: "P3",
  leaseSeconds: 30,
  initiatorNeeds: () => "lead:import",
});

/** Tick: fails uploads that broke off with the server that took them. */
export const sweepUploads = defineJob({
  type: "campaigns.sweepUploads",
  queue: "campaigns",
  description: "Fails uploads that broke off with the server that took them.",
  idempotency: "the import",
  schedule: inUtc("*/15 * * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});
