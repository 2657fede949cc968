import * as base64 from "nodemailer/lib/base64";
import type MimeNode from "nodemailer/lib/mime-node";
import * as quotedPrintable from "nodemailer/lib/qp";

/** nodemailer's encoder takes a longer text in slices, and breaks lines where they meet. */
const MOST_BYTES = 64 * 1024;

/**
 * The bytes that nodemailer's `build` makes of a tree of texts, by its own headers and encoders, but at once: a dozen streams
 * a mail take longer than all else that it takes to make one. Null: there is a text that only the streams make just so.
 */
export function flatten(root: MimeNode): Buffer | null {
  const parts: string[] = [];
  if (!write(root, parts)) return null;
  const text = parts.join("");
  const ended = text.endsWith("\n") ? text : `${text}${text.endsWith("\r") ? "\n" : "\r\n"}`;
  return Buffer.from(ended.replaceAll(/(?<!\r)\n/g, "\r\n"));
}

function write(node: MimeNode, parts: string[]): boolean {
  parts.push(node.buildHeaders(), "\r\n\r\n");
  const body = bodyOf(node);
  if (body === null) return false;
  parts.push(body);
  if (!node.multipart) return true;
  for (const [index, child] of node.childNodes.entries()) {
    parts.push(index > 0 ? "\r\n" : "", `--${String(node.boundary)}\r\n`);
    if (!write(child, parts)) return false;
  }
  parts.push(`\r\n--${String(node.boundary)}--\r\n`);
  return true;
}

function bodyOf(node: MimeNode): string | null {
  const { content } = node;
  if (!content) return "";
  if (typeof content !== "string") return null;
  switch (node.getTransferEncoding()) {
    case "quoted-printable":
      if (/[ \t]$/.test(content) || Buffer.byteLength(content) > MOST_BYTES) return null;
      return quotedPrintable.wrap(quotedPrintable.encode(content));
    case "base64":
      return base64.wrap(base64.encode(content));
    default:
      return content;
  }
}
