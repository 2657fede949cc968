import { createHash } from "node:crypto";
import { fromOf } from "#domain/campaigns/index.js";
import { emailFault } from "#domain/email-address.js";
import {
  mergeLeadOf,
  messageIdHeader,
  render,
  unsubscribeToken,
  unsubscribeUrl,
  type ClaimedMessage,
  type LaneOutcome,
} from "#domain/emails/index.js";
import { composeMail, envelopeAddress } from "#platform/mail/compose.js";
import { mailOf } from "#platform/mail/message-mail.js";
import type { Envelope } from "#platform/mail/smtp-lane.js";
import type { Wording } from "./frozen-versions.js";

export interface PreparedMail {
  readonly envelope: Envelope;
  readonly bytes: Buffer;
  readonly digest: Buffer;
  readonly messageIdHeader: string;
  readonly variant: number;
}

/** What the installation signs with, and where its links lead. */
export interface Signing {
  readonly key: Uint8Array;
  readonly publicUrl: string;
}

/** The finished mail, or why this lead does not get it. */
export async function prepareMail(
  message: ClaimedMessage,
  { content, template, variant }: Wording,
  { key, publicUrl }: Signing,
): Promise<PreparedMail | LaneOutcome> {
  const fault = emailFault(message.email);
  if (fault) return { state: "SKIPPED", reason: "INVALID_ADDRESS", reply: fault };
  const token = unsubscribeToken(key, {
    tenantId: message.tenant_id,
    campaignId: message.campaign_id,
    leadId: message.lead_id,
  });
  const wayOut = unsubscribeUrl(publicUrl, token);
  const rendering = render(template, mergeLeadOf(message, wayOut));
  if (rendering.kind === "missing")
    return { state: "SKIPPED", reason: "MISSING_VARIABLE", reply: rendering.variables.join(", ") };
  if (rendering.kind === "failed") return { state: "FAILED", reason: "TEMPLATE", reply: rendering.message };
  const from = fromOf(content, message.sender_id);
  const header = messageIdHeader(key, {
    campaignId: message.campaign_id,
    stepId: message.step_id,
    leadId: message.lead_id,
    fromEmail: from.fromEmail,
  });
  const bytes = await composeMail(mailOf(message, from, rendering, header, content.requestId, wayOut));
  return {
    envelope: { from: envelopeAddress(from.fromEmail), to: envelopeAddress(message.email) },
    bytes,
    digest: createHash("sha256").update(bytes).digest(),
    messageIdHeader: header,
    variant,
  };
}
