import { hash, verify, type Options } from "@node-rs/argon2";
import { compare } from "bcrypt";
import { PASSWORD_LENGTH, passwordFault, passwordLength, type PasswordOwner } from "./password-rules.js";
import { invalid } from "../errors.js";

/** OWASP ASVS 5, appendix C: argon2id, 46 MiB, one pass. Also keeps 72-byte truncation away, which bcrypt has. */
// argon2id is the library's default.
const OPTIONS: Options = { memoryCost: 47_104, timeCost: 1, parallelism: 1 };
export { PASSWORD_LENGTH } from "./password-rules.js";
/** Each hash takes 46 MiB and about 60 ms of a core: a flood of sign-ins waits here instead of taking the machine. */
const MOST_AT_ONCE = 4;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < MOST_AT_ONCE) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // The place is handed on: nobody who comes in between may take it.
    if (next) next();
    else running -= 1;
  }
}

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize("NFC"), OPTIONS));
}

let dummy: Promise<string> | undefined;

/** With no stored hash the same work is done and the answer is false: the time tells nothing about who exists. */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  if (passwordLength(password) > PASSWORD_LENGTH.most) return false;
  const against = stored ?? (await (dummy ??= hashPassword("nobody has this password")));
  const matches = await inTurn(() => matchesHash(against, password));
  return stored !== null && matches;
}

/**
 * bcrypt takes the bytes as they were typed elsewhere and looks at the first 72 of them. 2y is what PHP calls 2b; 2x
 * marks hashes of a broken implementation and matches nothing.
 */
function matchesHash(stored: string, password: string): Promise<boolean> {
  return isImported(stored)
    ? compare(password, stored.replace(/^\$2y\$/, "$2b$$"))
    : verify(stored, password.normalize("NFC"));
}

/** A hash that came with a person from elsewhere; it is replaced when they sign in. */
export function isImported(stored: string): boolean {
  return /^\$2[abxy]\$/.test(stored);
}

/** @throws InvalidInputError at `path` saying which rule the password breaks; the password is not repeated */
export function demandGoodPassword(
  password: string,
  owner: PasswordOwner,
  path: readonly string[] = ["password"],
): void {
  const fault = passwordFault(password, owner);
  if (fault) throw invalid(path, fault.rule, fault.message);
}
