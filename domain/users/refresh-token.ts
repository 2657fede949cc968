import { createHash } from "node:crypto";
import type { Operation } from "../operation.js";

export const hashOfToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/**
 * The one successor of a token. Two tabs that refresh at the same moment, or a client whose answer was lost, get the
 * same successor, so that there is never more than one child. Without the installation's key nobody can compute it.
 */
export function successorOf(source: Pick<Operation, "mac">, token: string): string {
  return source.mac("refresh token", token).toString("base64url");
}
