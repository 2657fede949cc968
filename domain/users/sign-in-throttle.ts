import { RateLimitedError } from "../errors.js";

/** A try that was let through; until it has succeeded it counts as a failure. */
export interface AdmittedTry {
  /** Gives the try back. */
  succeeded(): Promise<void>;
}

/** Slows the guessing of passwords down, wherever one is checked. Counts before the check, over all servers. */
export interface SignInThrottle {
  /**
   * @param isKnownHere the person has signed in from this network before: then strangers elsewhere do not lock them out
   * @throws RateLimitedError while the address, or the network, has to wait
   */
  admit(email: string, ip: string, isKnownHere: boolean): Promise<AdmittedTry>;
  /** The same for the wish to reset a password, which tells nobody whether it was granted. */
  mayReset(email: string, ip: string): Promise<boolean>;
  /** Forgets the failures of an address. */
  forgive(email: string): Promise<void>;
}

/** The answer of `admit`. The refusal that begins a wait is told to `record`; those that follow would fill the log. */
export async function onRecord(
  asked: Promise<AdmittedTry>,
  record: (reasonCode: string) => Promise<void>,
): Promise<AdmittedTry> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RateLimitedError && error.isFirst) await record(error.code);
    throw error;
  }
}
