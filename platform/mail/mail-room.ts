import { hash } from "node:crypto";
import { fromOf, type FrozenContent } from "#domain/campaigns/index.js";
import {
  compileFrozen,
  handedOver,
  mergeLeadOf,
  messageIdKey,
  render,
  SAMPLE_URL,
  unsubscribeToken,
  unsubscribeUrl,
  type HandedOver,
  type MailRoom,
  type RemadeMail,
  type TemplateParts,
} from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { statement, type Reader } from "#domain/operation.js";
import { composeMail } from "./compose.js";
import { mailOf } from "./message-mail.js";

interface Version {
  readonly id: Id;
  readonly content: FrozenContent;
  readonly requestId: string | null;
}
const VERSIONS = statement<Version>(
  "versions_of_mails",
  `select id, content, request_id as "requestId" from campaign_version where tenant_id = $1 and id = any($2::uuid[])`,
);

/**
 * Makes mails again as the lanes make them.
 * @param publicUrl where the links of mails lead: another one than theirs makes other mails
 */
export const openMailRoom = (publicUrl: string): MailRoom => ({
  async remake(reader: Reader, tenantId, messageIds) {
    const messages = await handedOver(reader, tenantId, messageIds);
    const key = await messageIdKey(reader);
    const versionIds = [...new Set(messages.map(({ version_id }) => version_id))];
    const rows = await reader.query(VERSIONS, [tenantId, versionIds]);
    const versions = new Map(rows.map((row) => [row.id, row]));
    const remade = new Map<Id, RemadeMail>();
    for (const message of messages) {
      const token = unsubscribeToken(key, {
        tenantId,
        campaignId: message.campaign_id,
        leadId: message.lead_id,
      });
      const wayOut = unsubscribeUrl(publicUrl, token);
      const mail = await remakeOne(message, versions.get(message.version_id)!, wayOut);
      if (mail) remade.set(message.id, mail);
    }
    return remade;
  },
});

async function remakeOne(
  message: HandedOver,
  { content, requestId }: Version,
  wayOut: string,
): Promise<RemadeMail | null> {
  const parts = partsOf(content, message);
  if (!parts) return null;
  const template = compileFrozen(parts);
  const mailWith = (link: string) => {
    const rendering = render(template, mergeLeadOf(message, link));
    if (rendering.kind !== "rendered") return null;
    const from = fromOf(content, message.sender_id);
    return mailOf(message, from, rendering, message.header, requestId, link);
  };
  // Made twice: a link that is replaced in the text may stand there in another spelling.
  const [mail, sample] = [mailWith(wayOut), mailWith(SAMPLE_URL)];
  if (!mail || !sample) return null;
  const bytes = await composeMail(mail);
  const { subject, html, text, fromName, fromEmail, to } = sample;
  return {
    subject,
    html,
    text,
    fromName,
    fromEmail,
    to,
    source: bytes.toString("latin1"),
    isAsSent: hash("sha256", bytes, "buffer").equals(message.digest),
    isLeadChanged: message.isLeadChanged,
  };
}

/** The wording that was chosen then. */
function partsOf({ steps }: FrozenContent, { step_id, variant }: HandedOver): TemplateParts | null {
  const step = steps.find(({ id }) => id === step_id);
  return (variant === 0 ? step : step?.variants[variant - 1]) ?? null;
}
