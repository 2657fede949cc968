import * as v from "valibot";
import { EmailField } from "../email-field.js";
import { IdSchema } from "../ids.js";
import { defineJob } from "../jobs/define-job.js";

/** One mail of a campaign to somebody who tries it; it stands in no ledger and no figure. */
export const sendTest = defineJob({
  type: "emails.sendTest",
  queue: "emails",
  description: "Mails one step of a campaign, rendered for a lead, to somebody who tries it out.",
  idempotency: "the request",
  isUrgent: true,
  payload: v.object({
    campaignId: IdSchema,
    leadId: IdSchema,
    step: v.number(),
    variant: v.nullable(v.number()),
    email: EmailField,
  }),
  policy: "P2",
  leaseSeconds: 180,
  initiatorNeeds: () => "campaign:update",
});
