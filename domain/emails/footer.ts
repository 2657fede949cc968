import { SAMPLE_URL } from "./unsubscribe-link.js";

/** A finished mail. */
export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface Footer {
  readonly postalAddress: string | null;
  /** Left out in a preview. */
  readonly unsubscribeUrl?: string;
}

/**
 * The mail with what commercial mail must have at its end: the sender's postal address, and a way out, unless the wording
 * itself has put that somewhere.
 */
export function withFooter<M extends RenderedMail>(
  mail: M,
  { postalAddress, unsubscribeUrl: url = SAMPLE_URL }: Footer,
): M {
  const address = postalAddress?.trim().split(/\r?\n/) ?? [];
  const hasLink = mail.html.includes(escapeHtml(url)) || mail.html.includes(url);
  const html = [
    ...address.map(escapeHtml),
    ...(hasLink ? [] : [`<a href="${escapeHtml(url)}" style="color:#6b6b6b">Unsubscribe</a>`]),
  ];
  const text = [...address, ...(mail.text.includes(url) ? [] : [`Unsubscribe: ${url}`])];
  return { ...mail, html: withHtml(mail.html, html), text: withText(mail.text, text) };
}

function withHtml(html: string, lines: readonly string[]): string {
  if (lines.length === 0) return html;
  const footer = `<p style="margin-top:32px;font-size:12px;line-height:1.5;color:#6b6b6b">${lines.join("<br>")}</p>`;
  const end = html.search(/<\/body\s*>/i);
  const at = end === -1 ? html.length : end;
  return `${html.slice(0, at)}${footer}${html.slice(at)}`;
}

const withText = (text: string, lines: readonly string[]): string =>
  lines.length === 0 ? text : `${text.trimEnd()}\n\n${lines.join("\n")}\n`;

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
