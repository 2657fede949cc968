import type { AskedMail, EvidenceSource, MailFinding } from "#domain/emails/index.js";
import type { MessagePage } from "../mail-catcher/stored-message.js";

/** Message-IDs in one address: it stays well below what a server takes. */
const AT_ONCE = 50;
const TIMEOUT_MS = 10_000;

/**
 * The product's own mail catcher, which writes a mail down before it answers: what it has was accepted, and what it lacks,
 * of the time since it runs and has dropped nothing, was not. Clocks may differ by a minute.
 * @param url its page, http://host:port
 */
export function catcherEvidence(url: string): EvidenceSource {
  return {
    name: "mail catcher",
    async ask(mails) {
      const found = new Map<string, MailFinding>();
      for (let at = 0; at < mails.length; at += AT_ONCE)
        await askSome(url, mails.slice(at, at + AT_ONCE), found);
      return found;
    },
  };
}

const CLOCKS_DIFFER_MS = 60_000;

async function askSome(
  url: string,
  mails: readonly AskedMail[],
  found: Map<string, MailFinding>,
): Promise<void> {
  const query = new URLSearchParams();
  for (const { messageIdHeader } of mails) query.append("messageId", messageIdHeader);
  const answer = await fetch(`${url}/messages?${query.toString()}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`The mail catcher answers ${answer.status}`);
  const { messages, completeSince } = (await answer.json()) as MessagePage;
  const caught = new Map(messages.map((message) => [message.messageId, message]));
  for (const { messageIdHeader, handedOverAt } of mails) {
    const message = caught.get(messageIdHeader);
    if (message)
      found.set(messageIdHeader, {
        isAccepted: true,
        evidence: `The mail catcher has it as ${message.id}, received at ${message.receivedAt}.`,
        reply: `250 2.0.0 Caught as ${message.id}`,
      });
    else if (Date.parse(handedOverAt) > Date.parse(completeSince) + CLOCKS_DIFFER_MS)
      found.set(messageIdHeader, {
        isAccepted: false,
        evidence: `The mail catcher, which has every mail since ${completeSince}, does not have it.`,
        reply: null,
      });
  }
}
