import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";

/**
 * One plain addr-spec of RFC 5321 section 4.1.2: dot-atom local part (at most 64 octets), a domain of two or more
 * labels, ASCII or IDN; 254 octets in all. Quoted local parts, comments, address literals and groups are refused:
 * they are where header and envelope injection live.
 */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is wrong with an address, as a sentence; null when it is fine. */
export function emailFault(text: string): string | null {
  if (text.length > 254) return "An e-mail address has at most 254 characters.";
  const at = text.lastIndexOf("@");
  if (at < 1) return "An e-mail address has an @ with a name before it.";
  const local = text.slice(0, at);
  if (local.length > 64) return "The part before the @ has at most 64 characters.";
  if (!LOCAL_PART.test(local))
    return "The part before the @ has characters that an e-mail address cannot have.";
  const labels = asciiDomain(text.slice(at + 1))?.split(".");
  if (
    !labels ||
    labels.length < 2 ||
    !labels.every((label) => LABEL.test(label)) ||
    /^\d+$/.test(labels.at(-1)!)
  )
    return "The part after the @ is not a domain name such as example.com.";
  return null;
}

/** The form under which an address is unique: domain in lower-case ASCII, local part in lower case. */
export function canonicalEmail(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf("@");
  if (at < 1) return trimmed.toLowerCase();
  const domain = trimmed.slice(at + 1);
  return `${trimmed.slice(0, at).toLowerCase()}@${asciiDomain(domain) ?? domain.toLowerCase()}`;
}

/** SHA-256 of the canonical form: what a suppression keeps when the address itself is erased. */
export function emailHash(canonical: string): Buffer {
  return createHash("sha256").update(canonical, "utf8").digest();
}

const ASCII_DOMAIN = /^[a-z0-9.-]+$/i;
/** Letters, marks, digits, dot and hyphen: anything else (a path, a port, a line break) is no part of a domain's name. */
const DOMAIN_CHARACTERS = /^[\p{L}\p{M}\p{N}.-]+$/u;

/** The domain as mail servers know it (UTS 46); null when it is none. */
export function asciiDomain(domain: string): string | null {
  // The common case does not pay for the conversion: imports check a million of these.
  if (ASCII_DOMAIN.test(domain)) return domain.toLowerCase();
  return DOMAIN_CHARACTERS.test(domain) ? domainToASCII(domain) || null : null;
}
