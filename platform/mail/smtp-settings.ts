/** Where and how mail is handed over. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps). */
  readonly isSecure: boolean;
  /** STARTTLS: `required` fails without it, `offered` uses it when the server has it, `off` never. */
  readonly startTls: "required" | "offered" | "off";
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

/** @param host without brackets */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`. Ports default to 587 and 465. With a password to a host
 * beyond loopback STARTTLS is required; `?tls=off` or `?tls=required` says otherwise. On loopback it is off.
 * @throws Error that names the rule; never repeats the password
 */
export function parseSmtpUrl(text: string): SmtpSettings {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Error("SMTP_URL is not a URL; it looks like smtp://user:password@host:587");
  }
  if (url.protocol !== "smtp:" && url.protocol !== "smtps:")
    throw new Error(`SMTP_URL must start with smtp:// or smtps://, but starts with ${url.protocol}//`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") throw new Error("SMTP_URL names no host");
  const isSecure = url.protocol === "smtps:";
  const auth =
    url.username === ""
      ? null
      : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return {
    host,
    port: url.port === "" ? (isSecure ? 465 : 587) : Number(url.port),
    isSecure,
    startTls: startTlsOf(url.searchParams.get("tls"), isLoopback(host), auth !== null),
    auth,
  };
}

function startTlsOf(wish: string | null, isLocal: boolean, hasPassword: boolean): SmtpSettings["startTls"] {
  if (wish === "off" || wish === "required") return wish;
  if (wish !== null) throw new Error(`tls in SMTP_URL must be off or required, but is "${wish}"`);
  if (isLocal) return "off";
  return hasPassword ? "required" : "offered";
}
