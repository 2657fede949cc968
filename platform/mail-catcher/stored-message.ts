/** One caught mail, as the list shows it. */
export interface StoredMessage {
  /** Counts up from "1" in the order of acceptance; never given twice in one directory. */
  readonly id: string;
  /** The Message-ID header with its angle brackets; null when there is none. */
  readonly messageId: string | null;
  /** The From header, decoded. */
  readonly from: string;
  /** The addresses of the envelope, in the order of RCPT TO. */
  readonly to: readonly string[];
  /** The address of MAIL FROM; empty for bounces. */
  readonly envelopeFrom: string;
  readonly subject: string;
  /** ISO 8601, UTC */
  readonly receivedAt: string;
  /** bytes */
  readonly size: number;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

export interface MessageFilter {
  /** Only mails whose envelope holds this address; case does not count. */
  readonly to?: string;
  /** Only mails with this text in sender, recipients, subject or Message-ID; case does not count. */
  readonly search?: string;
  /** Only mails with one of these Message-IDs; empty: whatever they have. */
  readonly messageIds?: readonly string[];
}

export interface MessagePage {
  /** How many mails match, on all pages together. */
  readonly total: number;
  /** Newest first. */
  readonly messages: readonly StoredMessage[];
  /** Hand it over as `before` to get the next page; null on the last. */
  readonly next: string | null;
  /** ISO 8601, UTC: every mail that was accepted since then is here. */
  readonly completeSince: string;
}

/** A page as `/messages` answers it. */
export interface MessageAnswer extends MessagePage {
  /** Where this catcher takes mail, as it is bound: smtp://127.0.0.1:port */
  readonly smtpUrl: string;
}

/** Whether a mail passes the filter. */
export function matches({ to, search, messageIds = [] }: MessageFilter): (message: StoredMessage) => boolean {
  const address = to?.toLowerCase();
  const text = search?.trim().toLowerCase();
  const ids = new Set(messageIds);
  return (message) =>
    (ids.size === 0 || (message.messageId !== null && ids.has(message.messageId))) &&
    (!address || message.to.some((recipient) => recipient.toLowerCase() === address)) &&
    (!text ||
      [message.from, message.subject, message.messageId ?? "", ...message.to].some((part) =>
        part.toLowerCase().includes(text),
      ));
}
