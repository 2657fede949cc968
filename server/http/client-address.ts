import { BlockList, isIP } from "node:net";
import type { IncomingMessage } from "node:http";
import { ConfigError } from "#platform/config.js";

export type IsTrusted = (address: string) => boolean;

/** ::ffff:192.0.2.1 is 192.0.2.1 in disguise. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");
const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/**
 * Whose X-Forwarded-For is believed.
 * @param cidrs comma-separated, such as "10.0.0.0/8, 192.0.2.7"; false trusts nobody
 * @throws ConfigError naming what is neither an address nor a CIDR
 */
export function trustedProxies(cidrs: string | false): IsTrusted {
  if (cidrs === false) return () => false;
  const list = new BlockList();
  for (const cidr of cidrs.split(",").map((part) => part.trim())) {
    const [address = "", bits] = cidr.split("/");
    if (!isIP(address)) throw notACidr(cidr);
    const most = isIP(address) === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) throw notACidr(cidr);
    list.addSubnet(address, prefix, family(address));
  }
  return (address) => isIP(plain(address)) !== 0 && list.check(plain(address), family(plain(address)));
}

const notACidr = (text: string) =>
  new ConfigError([`TRUST_PROXY must be a list of CIDRs, but has "${text}"`]);

/** The address of the caller: of the socket, or what the nearest untrusted hop of X-Forwarded-For is. */
export function clientAddress(request: IncomingMessage, isTrusted: IsTrusted): string {
  let address = plain(request.socket.remoteAddress ?? "");
  const hops = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((hop) => hop.trim());
  while (isTrusted(address)) {
    const hop = hops.pop();
    if (!hop || !isIP(plain(hop))) break;
    address = plain(hop);
  }
  return address;
}

/**
 * Does the page that opens a socket or posts belong to this server? Programs send no Origin and carry no cookies of
 * anybody; a browser cannot forge either header.
 */
export function isOwnOrigin(request: IncomingMessage, publicUrl: string): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    return origin === new URL(publicUrl).origin || new URL(origin).host === host;
  } catch {
    return false;
  }
}
