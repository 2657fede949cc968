import { createHash, createHmac, randomBytes } from "node:crypto";
import { statement, type Reader } from "../operation.js";

/** 256 random bits, or the HMAC of the token it follows; only the hash is stored. */
export const newRefreshToken = (): string => randomBytes(32).toString("base64url");

export const hashOfToken = (token: string): Buffer => createHash("sha256").update(token).digest();

const INSTALLATION_KEY = statement<{ key: Buffer }>(
  "installation_key",
  "select message_id_key as key from installation",
);

/**
 * The one successor of a token. Two tabs that refresh at the same moment, or a client whose answer was lost, get the
 * same successor, so that there is never more than one child. Without the installation's key nobody can compute it.
 */
export async function successorOf(reader: Reader, token: string): Promise<string> {
  const [installation] = await reader.query(INSTALLATION_KEY);
  return createHmac("sha256", installation!.key).update("refresh token\0").update(token).digest("base64url");
}
