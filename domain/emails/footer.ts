/** A finished mail. */
export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** The mail with the sender's postal address at its end, as commercial mail must have it in many countries. */
export function withPostalAddress<M extends RenderedMail>(mail: M, postalAddress: string | null): M {
  if (postalAddress === null) return mail;
  const lines = postalAddress.trim().split(/\r?\n/);
  const html = `<p style="margin-top:32px;font-size:12px;line-height:1.5;color:#6b6b6b">${lines.map(escapeHtml).join("<br>")}</p>`;
  const end = mail.html.search(/<\/body\s*>/i);
  const at = end === -1 ? mail.html.length : end;
  return {
    ...mail,
    html: `${mail.html.slice(0, at)}${html}${mail.html.slice(at)}`,
    text: `${mail.text.trimEnd()}\n\n${lines.join("\n")}\n`,
  };
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
