import type { KeyObject } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { newId } from "#domain/ids.js";
import type { AccessToken, SessionClaims } from "#schema/context.js";

const ISSUER = "postwatch";
const AUDIENCE = "postwatch";
/** RFC 9068. A token of another kind, such as an identity token, is refused by it. */
const TYPE = "at+jwt";
const ALGORITHM = "HS256";
const CLOCK_TOLERANCE_SECONDS = 5;
export const ACCESS_TOKEN_SECONDS = 600;
/** Longer than any token of ours; what is longer is not parsed. */
const LONGEST_TOKEN = 2048;

/** What a good token says. */
export interface VerifiedToken extends SessionClaims {
  readonly expiresAt: Date;
}

/** Access tokens: short-lived, and never the last word, because the session behind them is looked up. */
export class Tokens {
  constructor(private readonly key: KeyObject) {}

  async issue({ userId, sessionId, tenantId }: SessionClaims): Promise<AccessToken> {
    const now = Math.floor(Date.now() / 1000);
    const expires = now + ACCESS_TOKEN_SECONDS;
    const accessToken = await new SignJWT({ sid: sessionId, tid: tenantId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setJti(newId())
      .setIssuedAt(now)
      .setExpirationTime(expires)
      .sign(this.key);
    return { accessToken, expiresAt: new Date(expires * 1000) };
  }

  /** Null for everything but a token that was issued here and has not run out. */
  async verify(token: string): Promise<VerifiedToken | null> {
    if (token.length > LONGEST_TOKEN) return null;
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
        requiredClaims: ["sub", "sid", "tid", "iat", "exp", "jti"],
        maxTokenAge: ACCESS_TOKEN_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const { sub, sid, tid, exp } = payload;
      if (typeof sub !== "string" || typeof sid !== "string" || typeof tid !== "string") return null;
      return { userId: sub, sessionId: sid, tenantId: tid, expiresAt: new Date(exp! * 1000) };
    } catch {
      // Why it is bad is of no use to an honest caller.
      return null;
    }
  }
}
