import { anonymous } from "#domain/access/actor.js";
import type { Id } from "#domain/ids.js";
import type { RequestLimits } from "#platform/rate-limits/request-budget.js";
import { callerOf } from "../http/rate-limit.js";
import type { Authenticator, Proven } from "./authenticate.js";

/** The refresh cookie, when the page that opens the socket is our own; `sessionId` by its seal, null without one. */
export interface SocketCookie {
  readonly token: string | null;
  readonly sessionId: Id | null;
}

export interface SocketCredentials {
  /** Of connection_init. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly cookie: SocketCookie | null;
  readonly address: string;
}

/**
 * Who opens a socket: by the bearer token where one is given, else by the cookie. Who proves nobody costs their network a
 * point, and a cookie without our seal does so before it is looked up.
 * @throws RateLimitedError
 */
export async function proveSocket(
  authenticator: Authenticator,
  limits: RequestLimits,
  { params, cookie, address }: SocketCredentials,
): Promise<Proven | null> {
  const spend = (sessionId: Id | null) => limits.open(callerOf(anonymous, address, sessionId)).spend(1);
  const name = Object.keys(params).find((key) => key.toLowerCase() === "authorization");
  if (name === undefined) {
    await spend(cookie?.sessionId ?? null);
    return authenticator.byRefreshToken(cookie?.token ?? null);
  }
  const proven = await authenticator.byBearer(params[name]);
  if (!proven) await spend(null);
  return proven;
}
