import { createSecretKey } from "node:crypto";
import { SignJWT, type JWTHeaderParameters, type JWTPayload } from "jose";
import { newId } from "../../domain/ids.js";
import type { TestUser } from "./database.js";

/** 256 bits, for servers whose tokens a test signs itself. */
export const KNOWN_SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** What a good token of this person says; a claim set to undefined is left out. */
export function claimsOf(user: TestUser, changes: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const good = {
    iss: "postwatch",
    aud: "postwatch",
    sub: user.userId,
    sid: user.sessionId,
    tid: user.tenantId,
    jti: newId(),
    iat: nowSeconds(),
    exp: nowSeconds() + 600,
  };
  return JSON.parse(JSON.stringify({ ...good, ...changes })) as JWTPayload;
}

export function sign(payload: JWTPayload, header: Partial<JWTHeaderParameters> = {}, secret = KNOWN_SECRET) {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt", ...header })
    .sign(createSecretKey(Buffer.from(secret, "utf8")));
}
