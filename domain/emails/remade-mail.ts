import type { Id } from "../ids.js";
import type { Reader } from "../operation.js";

/** A mail made once more from what the ledger, its version and its lead say today. */
export interface RemadeMail {
  /** These three with a sample of the recipient's own link out: whoever follows that one acts as the recipient. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly fromName: string;
  readonly fromEmail: string;
  readonly to: string;
  /** The mail as it is handed over, real link and all: ASCII, lines ended by CRLF. */
  readonly source: string;
  /** Its SHA-256 is the one that was written down before the mail left: this is what was sent, to the byte. */
  readonly isAsSent: boolean;
  /** The lead has been changed since. */
  readonly isLeadChanged: boolean;
}

/** Makes mails that have been handed over once more. */
export interface MailRoom {
  /** What cannot be made again (its lead is erased, or lacks what it had) is missing from the answer. */
  remake(reader: Reader, tenantId: Id, messageIds: readonly Id[]): Promise<ReadonlyMap<Id, RemadeMail>>;
}
