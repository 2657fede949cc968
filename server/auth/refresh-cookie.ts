import type { FastifyReply } from "fastify";
import type { Config } from "#platform/config.js";

/**
 * The refresh token's cookie. Behind https the `__Host-` name makes browsers insist on Secure, Path=/ and no Domain, so
 * that no sister site can plant one. Scripts never see it and no other site's request carries it.
 */
export class RefreshCookie {
  readonly name: string;
  private readonly attributes;

  constructor(http: Config["http"]) {
    this.name = http.isHttps ? "__Host-postwatch_refresh" : "postwatch_refresh";
    this.attributes = { httpOnly: true, sameSite: "strict", path: "/", secure: http.isHttps } as const;
  }

  read(cookies: Readonly<Record<string, string | undefined>>): string | null {
    return cookies[this.name] || null;
  }

  set(reply: FastifyReply, token: string, expiresAt: Date): void {
    reply.setCookie(this.name, token, { ...this.attributes, expires: expiresAt });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }
}
