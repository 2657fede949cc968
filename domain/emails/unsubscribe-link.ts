import { createHmac, timingSafeEqual } from "node:crypto";
import type { Id } from "../ids.js";

/** Whose mail a link stood in. */
export interface Addressed {
  readonly tenantId: Id;
  readonly campaignId: Id;
  readonly leadId: Id;
}

const MAC_BYTES = 16;
const LENGTH = 3 * 16 + MAC_BYTES;
/** What else the same key signs must not pass for a link. */
const PURPOSE = "unsubscribe";

/** What stands in a test mail or a preview instead: its page says so, and it unsubscribes nobody. */
export const SAMPLE_TOKEN = "sample";

/** For a preview, which is sent to nobody and lies nowhere. */
export const SAMPLE_URL = `https://example.com/u/${SAMPLE_TOKEN}`;

/**
 * The signed part of an unsubscribe link: three ids and 128 bits of HMAC-SHA256, in base64url. It says nothing of the
 * person, is the same for every attempt at a mail, and is good for ever: old mails are opened years later.
 * @param key the installation's own
 */
export function unsubscribeToken(key: Uint8Array, { tenantId, campaignId, leadId }: Addressed): string {
  const ids = Buffer.from([tenantId, campaignId, leadId].join("").replaceAll("-", ""), "hex");
  return Buffer.concat([ids, macOf(key, ids)]).toString("base64url");
}

/** Null: it was not made by this installation, or not whole. */
export function readUnsubscribeToken(key: Uint8Array, token: string): Addressed | null {
  const bytes = Buffer.from(token, "base64url");
  // Another spelling of the same bytes would be another link.
  if (bytes.length !== LENGTH || bytes.toString("base64url") !== token) return null;
  const ids = bytes.subarray(0, LENGTH - MAC_BYTES);
  if (!timingSafeEqual(macOf(key, ids), bytes.subarray(LENGTH - MAC_BYTES))) return null;
  const idAt = (n: number): Id =>
    ids
      .subarray(n * 16, n * 16 + 16)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { tenantId: idAt(0), campaignId: idAt(1), leadId: idAt(2) };
}

const macOf = (key: Uint8Array, ids: Uint8Array): Buffer =>
  createHmac("sha256", key).update(PURPOSE).update(ids).digest().subarray(0, MAC_BYTES);

/** Where a recipient says that they want no more. */
export const unsubscribeUrl = (publicUrl: string, token: string): string => `${publicUrl}/u/${token}`;

/**
 * The headers by which mail programs offer it themselves, in one press (RFC 8058; RFC 2369, section 3.2).
 */
export const unsubscribeHeaders = (url: string): Readonly<Record<string, string>> => ({
  "List-Unsubscribe": `<${url}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});
