import { createHash, timingSafeEqual } from "node:crypto";

const BEARER = /^Bearer +(\S+) *$/i;
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whether an `Authorization` header carries the probe token. How long the answer takes tells nothing of the token: equal
 * lengths are compared, however long what was sent is.
 */
export function hasProbeToken(header: unknown, token: string | undefined): boolean {
  const sent = typeof header === "string" ? BEARER.exec(header)?.[1] : undefined;
  return token !== undefined && sent !== undefined && timingSafeEqual(digest(sent), digest(token));
}
