import { createHmac, timingSafeEqual, type KeyObject } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { Id } from "#domain/ids.js";
import type { Config } from "#platform/config.js";

type Cookies = Readonly<Record<string, string | undefined>>;

/**
 * The refresh token's cookie. Behind https the `__Host-` name makes browsers insist on Secure, Path=/ and no Domain, so
 * that no sister site can plant one. Scripts never see it and no other site's request carries it.
 *
 * It reads `token.session.seal`. The seal tells a cookie of ours from a made-up one without a look into the database, and
 * whose budget its bearer spends; what the token is worth, the database says.
 */
export class RefreshCookie {
  readonly name: string;
  private readonly attributes;

  constructor(
    http: Config["http"],
    private readonly key: KeyObject,
  ) {
    this.name = http.isHttps ? "__Host-postwatch_refresh" : "postwatch_refresh";
    this.attributes = { httpOnly: true, sameSite: "strict", path: "/", secure: http.isHttps } as const;
  }

  /** The token, whatever its seal: one that was sealed with a former key is still good. */
  tokenIn(cookies: Cookies): string | null {
    return cookies[this.name]?.split(".", 1)[0] || null;
  }

  /** The session that the cookie was handed out for, which may have ended; null when it is not one of ours. */
  sessionIn(cookies: Cookies): Id | null {
    const [token, sessionId, seal] = cookies[this.name]?.split(".") ?? [];
    if (!token || !sessionId || !seal) return null;
    const ours = Buffer.from(this.seal(token, sessionId));
    const given = Buffer.from(seal);
    return ours.length === given.length && timingSafeEqual(ours, given) ? sessionId : null;
  }

  set(reply: FastifyReply, token: string, sessionId: Id, expiresAt: Date): void {
    const sealed = `${token}.${sessionId}.${this.seal(token, sessionId)}`;
    reply.setCookie(this.name, sealed, { ...this.attributes, expires: expiresAt });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }

  private seal(token: string, sessionId: Id): string {
    const text = `refresh cookie\0${token}.${sessionId}`;
    return createHmac("sha256", this.key).update(text).digest("base64url");
  }
}
