import type { FastifyReply, FastifyRequest } from "fastify";
import type { SessionGate } from "#schema/context.js";
import type { RefreshCookie } from "./refresh-cookie.js";
import type { Tokens } from "./tokens.js";

/** What signing in and out may do to the request that they came with. */
export function sessionGateOf(
  request: FastifyRequest,
  reply: FastifyReply,
  tokens: Tokens,
  cookie: RefreshCookie,
): SessionGate {
  return {
    refreshToken: cookie.tokenIn(request.cookies),
    issue: (claims) => tokens.issue(claims),
    setRefreshToken: (token, sessionId, expiresAt) => cookie.set(reply, token, sessionId, expiresAt),
    clearRefreshToken: () => cookie.clear(reply),
  };
}

/** On a websocket there is no cookie to set; only subscriptions run there, which sign nobody in or out. */
export function closedSessionGate(tokens: Tokens): SessionGate {
  const unusable = () => {
    throw new TypeError("A websocket cannot change cookies");
  };
  return {
    refreshToken: null,
    issue: (claims) => tokens.issue(claims),
    setRefreshToken: unusable,
    clearRefreshToken: unusable,
  };
}
