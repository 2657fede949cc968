import { type Attachment, type ParsedMail, simpleParser } from "mailparser";
import type { StoredMessage } from "./stored-message.js";

export interface AttachmentSummary {
  readonly index: number;
  readonly filename: string;
  readonly contentType: string;
  /** bytes */
  readonly size: number;
  readonly contentId: string | null;
}

/** A mail as its reader sees it. */
export interface ParsedMessage extends StoredMessage {
  /** By lower-case name; an array where the field stands more than once. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly html: string | null;
  readonly text: string | null;
  readonly attachments: readonly AttachmentSummary[];
}

export async function parseMessage(message: StoredMessage, raw: Buffer): Promise<ParsedMessage> {
  const mail = await parse(raw);
  return {
    ...message,
    headers: headersOf(mail),
    html: mail.html || null,
    text: mail.text ?? null,
    attachments: mail.attachments.map(summarise),
  };
}

export async function findAttachment(raw: Buffer, index: number): Promise<Attachment | undefined> {
  return (await parse(raw)).attachments[index];
}

/**
 * The HTML part, fit for a frame: pictures that the mail brings along point to their attachments, links open
 * beside it. Null when the mail has none.
 */
export async function renderHtml(message: StoredMessage, raw: Buffer): Promise<string | null> {
  const mail = await parse(raw);
  if (!mail.html) return null;
  const html = mail.attachments.reduce(
    (text, attachment, index) =>
      attachment.cid
        ? text.replaceAll(`cid:${attachment.cid}`, `/messages/${message.id}/attachments/${index}`)
        : text,
    mail.html,
  );
  return `<base target="_blank">${html}`;
}

function parse(raw: Buffer): Promise<ParsedMail> {
  return simpleParser(raw, {
    keepCidLinks: true,
    skipTextToHtml: true,
    skipHtmlToText: true,
    skipTextLinks: true,
  });
}

function headersOf(mail: ParsedMail): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const { key, line } of mail.headerLines) {
    const value = line
      .slice(line.indexOf(":") + 1)
      .replace(/\r?\n[ \t]+/g, " ")
      .trim();
    const before = headers[key];
    headers[key] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function summarise(attachment: Attachment, index: number): AttachmentSummary {
  return {
    index,
    filename: attachment.filename ?? `attachment-${index + 1}`,
    contentType: attachment.contentType,
    size: attachment.size,
    contentId: attachment.cid ?? null,
  };
}
