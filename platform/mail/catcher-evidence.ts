import type { AskedMail, EvidenceSource, MailFinding } from "#domain/emails/index.js";
import type { MessageAnswer } from "../mail-catcher/stored-message.js";
import { isLoopback, parseSmtpUrl } from "./smtp-settings.js";

/** Message-IDs in one address: it stays well below what a server takes. */
const AT_ONCE = 50;
const TIMEOUT_MS = 10_000;

/**
 * The product's own mail catcher, which writes a mail down before it answers: what it has was accepted, and what it lacks,
 * of the time since it runs and has dropped nothing, was not. Clocks may differ by a minute. That it lacks a mail means
 * something only where all mail goes to it: where it takes mail at the very address, on loopback, that SMTP_URL names.
 * @param url its page, http://host:port
 * @param smtpUrl where mail is handed over
 */
export function catcherEvidence(url: string, smtpUrl: string): EvidenceSource {
  return {
    name: "mail catcher",
    async ask(mails) {
      const found = new Map<string, MailFinding>();
      for (let at = 0; at < mails.length; at += AT_ONCE)
        await askSome(url, smtpUrl, mails.slice(at, at + AT_ONCE), found);
      return found;
    },
  };
}

const CLOCKS_DIFFER_MS = 60_000;

async function askSome(
  url: string,
  smtpUrl: string,
  mails: readonly AskedMail[],
  found: Map<string, MailFinding>,
): Promise<void> {
  const query = new URLSearchParams();
  for (const { messageIdHeader } of mails) query.append("messageId", messageIdHeader);
  const answer = await fetch(`${url}/messages?${query.toString()}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`The mail catcher answers ${answer.status}`);
  const { messages, completeSince, smtpUrl: own } = (await answer.json()) as MessageAnswer;
  const isComplete = takesAll(url, own, smtpUrl);
  const caught = new Map(messages.map((message) => [message.messageId, message]));
  for (const { messageIdHeader, handedOverAt } of mails) {
    const message = caught.get(messageIdHeader);
    if (message)
      found.set(messageIdHeader, {
        isAccepted: true,
        evidence: `The mail catcher has it as ${message.id}, received at ${message.receivedAt}.`,
        reply: `250 2.0.0 Caught as ${message.id}`,
      });
    else if (isComplete && Date.parse(handedOverAt) > Date.parse(completeSince) + CLOCKS_DIFFER_MS)
      found.set(messageIdHeader, {
        isAccepted: false,
        evidence: `The mail catcher, which has every mail since ${completeSince}, does not have it.`,
        reply: null,
      });
  }
}

/** Two machines have a loopback of their own each: the page, too, must be on this one. */
function takesAll(url: string, own: string, smtpUrl: string): boolean {
  const [its, ours] = [parseSmtpUrl(own), parseSmtpUrl(smtpUrl)];
  const page = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  return (
    isLoopback(page) &&
    isLoopback(its.host) &&
    its.host === ours.host &&
    its.port === ours.port &&
    its.isSecure === ours.isSecure
  );
}
