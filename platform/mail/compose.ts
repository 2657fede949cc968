import { asciiDomain } from "#domain/email-address.js";
import MailComposer from "nodemailer/lib/mail-composer";
import { flatten } from "./flatten.js";

export interface OutgoingMail {
  readonly fromName: string;
  readonly fromEmail: string;
  /** One plain addr-spec, checked by `emailFault`. */
  readonly to: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** With angle brackets. */
  readonly messageId: string;
  /** Message-IDs of the mails that this one follows, the oldest first (RFC 5322, section 3.6.4). */
  readonly thread?: readonly string[] | null;
  readonly date: Date;
  /** Which request caused it; stands in the mail, the log and the audit entry. */
  readonly requestId: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the lines between its parts are made of; by default another one each time. */
  readonly boundary?: string;
}

/** The mail as bytes, lines ended by CRLF, text parts encoded so that no line is longer than 76 octets. */
export async function composeMail(mail: OutgoingMail): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: printable(mail.fromName), address: mail.fromEmail },
    // An address as text would be parsed, and could turn into several or into another one.
    to: { name: "", address: mail.to },
    ...(mail.replyTo === null ? {} : { replyTo: { name: "", address: mail.replyTo } }),
    subject: printable(mail.subject),
    html: mail.html,
    text: mail.text,
    messageId: mail.messageId,
    ...(mail.thread?.length ? { inReplyTo: mail.thread.at(-1)!, references: [...mail.thread] } : {}),
    date: mail.date,
    headers: { ...(mail.requestId !== null && { "X-Request-Id": mail.requestId }), ...mail.headers },
    ...(mail.boundary === undefined ? {} : { baseBoundary: mail.boundary }),
    newline: "win",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return flatten(composer.compile()) ?? composer.compile().build();
}

/** The address as the envelope carries it: the domain in ASCII, so that servers without SMTPUTF8 take it too. */
export function envelopeAddress(email: string): string {
  const at = email.lastIndexOf("@");
  if (/^\p{ASCII}*$/u.test(email.slice(at + 1))) return email;
  const domain = asciiDomain(email.slice(at + 1));
  if (domain === null) throw new TypeError(`${email.slice(at + 1)} is not a domain`);
  return `${email.slice(0, at)}@${domain}`;
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").trim();
}
