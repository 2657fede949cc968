import { hash, verify, type Options } from "@node-rs/argon2";

/** OWASP ASVS 5, appendix C: argon2id, 46 MiB, one pass. Also keeps 72-byte truncation away, which bcrypt has. */
// argon2id is the library's default.
const OPTIONS: Options = { memoryCost: 47_104, timeCost: 1, parallelism: 1 };
export const PASSWORD_LENGTH = { least: 12, most: 128 } as const;
/** Each hash takes 46 MiB and about 60 ms of a core: a flood of sign-ins waits here instead of taking the machine. */
const MOST_AT_ONCE = 4;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize("NFC"), OPTIONS));
}

let dummy: Promise<string> | undefined;

/** With no stored hash the same work is done and the answer is false: the time tells nothing about who exists. */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  if (password.length > PASSWORD_LENGTH.most) return false;
  const against = stored ?? (await (dummy ??= hashPassword("nobody has this password")));
  const matches = await inTurn(() => verify(against, password.normalize("NFC")));
  return stored !== null && matches;
}
