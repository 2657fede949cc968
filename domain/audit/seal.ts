import { createPublicKey, hash, sign, verify, type KeyObject } from "node:crypto";
import type { Id } from "../ids.js";
import { canonicalText } from "./canonical.js";

/** The chain of what belongs to no organisation. */
export const INSTALLATION_CHAIN: Id = "00000000-0000-0000-0000-000000000000";
/** What seal 1 names as the one before it. */
export const NO_SEAL = Buffer.alloc(32);

/** At most so many entries under one seal: what a verifier holds at once. */
export const MOST_SEALED = 2_000;

/** What is signed (docs/audit-format.md); hashes in hex, times as text of microseconds. */
export interface SealBody {
  readonly v: 1;
  readonly chain: Id;
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly count: number;
  readonly month: string;
  readonly root: string;
  readonly previous: string;
  readonly keyId: string;
  readonly sealedAt: string;
}

/** An Ed25519 key (RFC 8032) that seals, and the name of its public half. */
export interface SealingKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

export const canonicalBytes = (value: unknown): Buffer => Buffer.from(canonicalText(value), "utf8");

export const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

export const sealHash = (body: SealBody): Buffer => sha256(canonicalBytes(body));

export const signSeal = (body: SealBody, { privateKey }: SealingKey): Buffer =>
  sign(null, canonicalBytes(body), privateKey);

export const isSealSigned = (body: SealBody, signature: Uint8Array, publicKey: KeyObject): boolean =>
  verify(null, canonicalBytes(body), publicKey, signature);

export const keyIdOf = (publicKey: Uint8Array): string => sha256(publicKey).toString("hex").slice(0, 16);

/** What an older key signs to say that a newer one is its successor. */
export const endorsementText = (keyId: string): Buffer => Buffer.from(`postwatch audit key ${keyId}`, "utf8");

export function sealingKey(privateKey: KeyObject): SealingKey {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey = Buffer.from(x!, "base64url");
  return { keyId: keyIdOf(publicKey), privateKey, publicKey };
}

/** @param bytes 32 bytes of an Ed25519 public key */
export const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(bytes).toString("base64url") },
    format: "jwk",
  });
