import type { StreamKind } from "./audit-stream.entity.js";

const LONGEST = 2_000;
const PROTOCOLS: Readonly<Record<StreamKind, readonly string[]>> = {
  WEBHOOK: ["https:", "http:"],
  SYSLOG: ["syslog+tls:", "syslog:"],
};

/** What is wrong with it, as a sentence; null when it can be sent to. Where the name leads is looked at when it is sent. */
export function streamUrlFault(kind: StreamKind, text: string): string | null {
  const protocols = PROTOCOLS[kind];
  if (text.length > LONGEST) return `url has at most ${LONGEST} characters.`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !protocols.includes(url.protocol) || url.hostname === "")
    return `url must be an address starting with ${protocols.map((name) => `${name}//`).join(" or ")}.`;
  if (url.username !== "" || url.password !== "") return "url must not contain a user or a password.";
  if (url.hash !== "") return "url must not have a part after #.";
  if (kind === "SYSLOG" && (!/^\/?$/.test(url.pathname) || url.search !== ""))
    return "url of a syslog is a host and a port, such as syslog+tls://logs.example.com:6514.";
  return null;
}

/** As it is shown and recorded: what stands behind the question mark may be a token. */
export function shownUrl(text: string): string {
  const { protocol, host, pathname, search } = new URL(text);
  return `${protocol}//${host}${pathname}${search === "" ? "" : "?…"}`;
}
