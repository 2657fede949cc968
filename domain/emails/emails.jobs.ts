import * as v from "valibot";
import { IdSchema } from "../ids.js";
import { defineJob } from "../jobs/define-job.js";
import { inUtc } from "../jobs/schedule.js";

export const NOTICES = [
  "INVITATION",
  "PASSWORD_RESET",
  "PASSWORD_CHANGED",
  "TOKEN_REUSED",
  "ALERT",
  "ALERT_OVER",
] as const;
export type Notice = (typeof NOTICES)[number];

/** One mail to one person of the organisation. No address and no secret stands in the job: both are looked up. */
export const sendTransactional = defineJob({
  type: "emails.sendTransactional",
  queue: "emails",
  description:
    "Mails one person of the organisation: an invitation, a reset, a warning about their account, an alert.",
  idempotency: "the notice",
  isUrgent: true,
  payload: v.object({
    notice: v.picklist(NOTICES),
    userId: IdSchema,
    tokenId: v.nullish(IdSchema),
    /** Of ALERT and ALERT_OVER. */
    alertId: v.nullish(IdSchema),
  }),
  policy: "PT",
  leaseSeconds: 180,
  // The other mails tell a person about their own account, or come from nobody.
  initiatorNeeds: ({ notice }: { readonly notice: Notice }) =>
    notice === "INVITATION" ? "user:invite" : null,
});

/** Rings the lanes: a campaign has messages to send. Which ones, and to whom, only the ledger says. */
export const sendStep = defineJob({
  type: "emails.sendStep",
  queue: "emails",
  description: "Tells the mail lanes that a campaign has messages to send; which ones, the ledger says.",
  idempotency: "the message, by its claim in the ledger",
  payload: v.object({ campaignId: v.string() }),
  policy: "P0",
  leaseSeconds: 30,
});

/** Tick: asks whoever may know what became of mail that is UNCERTAIN. */
export const reconcileUncertain = defineJob({
  type: "emails.reconcileUncertain",
  queue: "emails",
  description:
    "Looks mail whose outcome is unknown up by its Message-ID, in the mail catcher and the mail server's log; what nobody knows is left to people.",
  idempotency: "the message: only what is still uncertain changes",
  schedule: inUtc("*/10 * * * *"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P0",
  leaseSeconds: 120,
});
