/** A message of which nobody knows whether it was accepted. */
export interface AskedMail {
  /** With angle brackets. */
  readonly messageIdHeader: string;
  /** ISO 8601: when it was handed over, by the database's clock. */
  readonly handedOverAt: string;
}

/** What a source knows of a mail. */
export interface MailFinding {
  /** False only where the source is complete for the time in question and lacks it. */
  readonly isAccepted: boolean;
  /** How it is known, in words for people. */
  readonly evidence: string;
  /** The answer of a server, where there is one. */
  readonly reply: string | null;
}

/** Something that knows which mails a server has taken. */
export interface EvidenceSource {
  /** As events and people name it, e.g. `mail catcher`. */
  readonly name: string;
  /**
   * By Message-ID; what it cannot say anything about is left out. @throws Error when it cannot be asked now
   */
  ask(mails: readonly AskedMail[]): Promise<ReadonlyMap<string, MailFinding>>;
}
