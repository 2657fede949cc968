import { cleanup, rollupHourly } from "#domain/analytics/index.js";
import { auditAnchor, auditVerify } from "#domain/audit/audit.jobs.js";
import { completeFinished, planCampaign, releaseDueMessages } from "#domain/campaigns/index.js";
import {
  reconcileUncertain,
  sendStep,
  sendTest,
  sendTransactional,
  type EvidenceSource,
} from "#domain/emails/index.js";
import { done } from "#domain/jobs/outcome.js";
import { importLeads, sweepUploads } from "#domain/leads/index.js";
import { wakePutOff } from "#domain/senders/index.js";
import { cleanupHandler } from "./analytics/cleanup.js";
import { rollupHourlyHandler } from "./analytics/rollup-hourly.js";
import { auditAnchorHandler, type AnchorSettings } from "./audit/anchors.js";
import { auditVerifyHandler } from "./audit/verify.js";
import { completeFinishedHandler } from "./campaigns/complete-finished.js";
import { importLeadsHandler, withdrawImport } from "./campaigns/import-leads.js";
import { planHandler } from "./campaigns/plan.js";
import { releaseDueHandler } from "./campaigns/release-due.js";
import { sweepUploadsHandler } from "./campaigns/sweep-uploads.js";
import { wakePutOffHandler } from "./campaigns/wake-put-off.js";
import { reconcileUncertainHandler } from "./emails/reconcile-uncertain.js";
import { sendTestHandler } from "./emails/send-test.js";
import { sendTransactionalHandler, type MailSettings } from "./emails/send-transactional.js";
import { handle, type HandledJob } from "./job-handler.js";

/** What handlers need of the process they run in. */
export interface HandlerParts {
  /** Makes the mail lanes of this worker look at the ledger; nothing where there are none. */
  wakeLanes(): void;
  readonly mail: MailSettings;
  readonly anchors: AnchorSettings;
  /** Who may know what became of mail that is in doubt; by default nobody. */
  readonly evidence?: readonly EvidenceSource[] | undefined;
}

/** Every handler, listed by hand. */
export function handlers({ wakeLanes, mail, anchors, evidence = [] }: HandlerParts): HandledJob[] {
  return [
    handle(sendStep, async () => {
      wakeLanes();
      return done;
    }),
    handle(sendTest, sendTestHandler(mail)),
    handle(sendTransactional, sendTransactionalHandler(mail)),
    handle(reconcileUncertain, reconcileUncertainHandler(evidence)),
    handle(planCampaign, planHandler),
    handle(releaseDueMessages, releaseDueHandler),
    handle(wakePutOff, wakePutOffHandler),
    handle(importLeads, importLeadsHandler, withdrawImport),
    handle(completeFinished, completeFinishedHandler),
    handle(sweepUploads, sweepUploadsHandler),
    handle(rollupHourly, rollupHourlyHandler),
    handle(cleanup, cleanupHandler),
    handle(auditAnchor, auditAnchorHandler(anchors)),
    handle(auditVerify, auditVerifyHandler(anchors)),
  ];
}
