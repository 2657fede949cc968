import { createHash, randomBytes } from "node:crypto";
import type { UnitOfWork } from "../operation.js";

/** 256 random bits, or the HMAC of the token it follows; only the hash is stored. */
export const newRefreshToken = (): string => randomBytes(32).toString("base64url");

export const hashOfToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/**
 * The one successor of a token. Two tabs that refresh at the same moment, or a client whose answer was lost, get the
 * same successor, so that there is never more than one child. Without the installation's key nobody can compute it.
 */
export function successorOf(op: UnitOfWork, token: string): string {
  return op.mac("refresh token", token).toString("base64url");
}
