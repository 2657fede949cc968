import { dictionary } from "@zxcvbn-ts/language-common";

/** Characters as typed, after Unicode NFC. */
export const PASSWORD_LENGTH = { least: 12, most: 128 } as const;

/** What is easily guessed for one person. */
export interface PasswordOwner {
  readonly email?: string;
  readonly name?: string;
}

/** More code units than this no password of the longest length has, in whatever form it was typed. */
const MOST_UNITS = 4 * PASSWORD_LENGTH.most;

/** In characters as people count them, whichever way a keyboard composes them. */
export function passwordLength(password: string): number {
  return password.length > MOST_UNITS ? Infinity : [...password.normalize("NFC")].length;
}

let common: ReadonlySet<string> | undefined;
const commonPasswords = () => (common ??= new Set(dictionary["passwords-common"] as Iterable<string>));

/** The shortest part of a name or an address that makes a password guessable. */
const LEAST_WORD = 4;

/**
 * OWASP ASVS 5, section 6.2: long enough, not too long to hash, any characters, none of the common ones, nothing of the
 * person or the product. Composition is nobody's business.
 * @returns null when it is good
 */
export function passwordFault(
  password: string,
  owner: PasswordOwner,
): { readonly rule: string; readonly message: string } | null {
  const { least, most } = PASSWORD_LENGTH;
  const length = passwordLength(password);
  if (length < least) return { rule: "min_length", message: `A password has at least ${least} characters.` };
  if (length > most) return { rule: "max_length", message: `A password has at most ${most} characters.` };
  if (/\p{Cc}/u.test(password) || !password.isWellFormed())
    return { rule: "plain_text", message: "A password has no control characters." };
  const typed = password.normalize("NFC");
  if (isCommon(typed))
    return { rule: "common", message: "This password is one of those that are tried first. Choose another." };
  if (isOfOwner(typed, owner))
    return { rule: "context", message: "A password is not made of your name, your address or ours." };
  return null;
}

/** Also with other letter cases, and with digits or signs before or after. */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  const bare = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const halves = lower.length % 2 === 0 && lower.slice(0, lower.length / 2) === lower.slice(lower.length / 2);
  if (halves && commonPasswords().has(lower.slice(0, lower.length / 2))) return true;
  if (new Set(lower).size <= 2) return true;
  return commonPasswords().has(lower) || (bare !== "" && commonPasswords().has(bare));
}

function isOfOwner(password: string, { email = "", name = "" }: PasswordOwner): boolean {
  const words = [
    "postwatch",
    email,
    ...email.split(/[@.+_-]/),
    ...name.split(/\s+/),
    name.replaceAll(/\s+/g, ""),
  ]
    .map((word) => word.normalize("NFC").toLowerCase())
    .filter((word) => word.length >= LEAST_WORD);
  let rest = password.toLowerCase();
  for (const word of words.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(word, "");
  return rest.length < password.length && [...rest].length < PASSWORD_LENGTH.least / 2;
}
