import { cleanup, rollupHourly } from "./analytics/index.js";
import { auditAnchor, auditVerify } from "./audit/audit.jobs.js";
import { completeFinished, planCampaign, releaseDueMessages } from "./campaigns/index.js";
import { reconcileUncertain, sendStep, sendTest, sendTransactional } from "./emails/index.js";
import type { JobDefinition } from "./jobs/define-job.js";
import { importLeads, sweepUploads } from "./leads/index.js";
import { wakePutOff } from "./senders/index.js";

/** Every kind of job that there is, listed by hand, in the order of domain.md 4. Each has its handler in worker/handlers.ts. */
export const JOB_CATALOGUE: readonly JobDefinition<unknown>[] = [
  sendStep,
  sendTest,
  sendTransactional,
  reconcileUncertain,
  planCampaign,
  releaseDueMessages,
  wakePutOff,
  importLeads,
  sweepUploads,
  completeFinished,
  rollupHourly,
  cleanup,
  auditAnchor,
  auditVerify,
];
