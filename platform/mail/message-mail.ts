import { hash } from "node:crypto";
import { unsubscribeHeaders, withFooter, type RenderedMail } from "#domain/emails/index.js";
import type { OutgoingMail } from "./compose.js";

/** Who it is from. */
interface From {
  readonly fromName: string;
  readonly fromEmail: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
}

/** What of a message stands in its mail. */
export interface MailedMessage {
  readonly email: string;
  /** ISO 8601: of the attempt, to the second. */
  readonly claimed_at: string | null;
  readonly thread: readonly string[] | null;
}

/**
 * The mail of a message. It follows from the ledger, the version and the lead alone, down to the last byte, so that it can
 * be made again and compared with what was sent.
 * @param header the Message-ID
 */
export function mailOf(
  message: MailedMessage,
  { fromName, fromEmail, replyTo, postalAddress }: From,
  rendering: RenderedMail,
  header: string,
  requestId: string | null,
  unsubscribeUrl: string,
): OutgoingMail {
  return {
    ...withFooter(rendering, { postalAddress, unsubscribeUrl }),
    fromName,
    fromEmail,
    replyTo,
    to: message.email,
    messageId: header,
    thread: message.thread,
    requestId,
    headers: unsubscribeHeaders(unsubscribeUrl),
    date: new Date(message.claimed_at ?? Date.now()),
    // Nobody can know it before the mail: the Message-ID ends in what only the installation's key makes.
    boundary: hash("sha256", header).slice(0, 24),
  };
}
