import * as v from "valibot";
import { defineJob } from "../jobs/define-job.js";

/** Reads an import's file and writes its leads; goes on from the last committed batch after a crash. */
export const importLeads = defineJob({
  type: "campaigns.importLeads",
  queue: "campaigns",
  payload: v.object({ importId: v.string() }),
  policy: "P3",
  leaseSeconds: 30,
});
