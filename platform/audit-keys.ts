import { createPrivateKey, hkdfSync, type KeyObject } from "node:crypto";
import { sealingKey, type SealingKey } from "#domain/audit/seal.js";

/** PKCS#8 of an Ed25519 private key up to its 32 bytes (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

/** The key that seals: the one that is set, else one that follows from the installation's secret. */
export function openSealingKey(given: KeyObject | undefined, installationKey: KeyObject): SealingKey {
  return sealingKey(given ?? derived(installationKey));
}

function derived(secret: KeyObject): KeyObject {
  const seed = hkdfSync("sha256", secret, "", "postwatch audit sealing key", SEED_BYTES);
  return ed25519Of(Buffer.from(seed));
}

/** @param seed the 32 bytes of RFC 8032 */
export function ed25519Of(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
}

/** @param text PEM (PKCS#8), or 32 bytes in base64. @throws Error when it is neither */
export function parseSealingKey(text: string): KeyObject {
  if (text.includes("-----BEGIN")) {
    const key = createPrivateKey(text.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType !== "ed25519") throw new Error("not Ed25519");
    return key;
  }
  const seed = Buffer.from(text, "base64");
  if (seed.length !== SEED_BYTES) throw new Error("not 32 bytes");
  return ed25519Of(seed);
}
