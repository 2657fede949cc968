import { createHmac } from "node:crypto";
import type { Id } from "../ids.js";

// Lower case only: some relays fold the case of what they log, and a search by Message-ID must still find it.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** Keeps the whole below 250 octets; a longer domain loses its leftmost labels. */
const LONGEST_DOMAIN = 140;

export interface MessageIdParts {
  readonly campaignId: Id;
  readonly stepId: Id;
  readonly leadId: Id;
  /** Its domain becomes that of the Message-ID. */
  readonly fromEmail: string;
}

/**
 * `<c.{campaign}.{step}.{lead}.{mac}@domain>`: the same for every attempt at a message, so that it can be found again
 * in a relay's log, and not to be forged without the installation's key.
 */
export function messageIdHeader(key: Uint8Array, parts: MessageIdParts): string {
  const ids = [parts.campaignId, parts.stepId, parts.leadId].map((id) =>
    base32(Buffer.from(id.replaceAll("-", ""), "hex")),
  );
  const local = `c.${ids.join(".")}`;
  const mac = base32(createHmac("sha256", key).update(local).digest().subarray(0, 10));
  return `<${local}.${mac}@${domainOf(parts.fromEmail)}>`;
}

function domainOf(email: string): string {
  const given = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  const ascii = /^\p{ASCII}*$/u.test(given) ? given : new URL(`http://${given}`).hostname;
  const labels = ascii.split(".");
  while (labels.join(".").length > LONGEST_DOMAIN) labels.shift();
  return labels.join(".");
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}
