import { verify } from "node:crypto";
import { canonicalBytes, keyIdOf, publicKeyOf, sha256 } from "../seal.js";

/** What is wrong with a receipt, in words; none: it is what this key has signed. */
export interface ReceiptVerdict {
  readonly faults: readonly string[];
  /** What it says, for people; empty when it cannot be read. */
  readonly lines: readonly string[];
  readonly keyId: string | null;
}

interface Given {
  readonly document?: unknown;
  readonly signature?: unknown;
  readonly keyId?: unknown;
  readonly publicKey?: unknown;
}

/**
 * @param text the file of a receipt: { document, signature, keyId, publicKey }, the document as text
 * @param mail the bytes of a mail that it should be about; null: not compared
 * @param trusted names of keys that are known to be the organisation's; without them the key in the file counts
 * @throws Error when the file is no receipt at all
 */
export function judgeReceipt(
  text: string,
  mail: Uint8Array | null,
  trusted?: ReadonlySet<string>,
): ReceiptVerdict {
  const { document, signature, keyId, publicKey } = readObject<Given>(text);
  if (![document, signature, keyId, publicKey].every((each) => typeof each === "string"))
    throw new Error("The file is no receipt: it lacks document, signature, keyId or publicKey.");
  const said = readObject<Record<string, unknown>>(document as string);
  if (said.type !== "postwatch.receipt" || said.v !== 1)
    throw new Error("The file is no receipt of a version that this program knows.");
  const faults: string[] = [];
  const key = Buffer.from(publicKey as string, "hex");
  const bytes = Buffer.from(document as string, "utf8");
  if (key.length !== 32 || keyIdOf(key) !== keyId)
    faults.push("The key has another name than its bytes say.");
  else if (!isSigned(bytes, signature as string, key))
    faults.push("The signature is not of this document: one of the two was changed.");
  if (trusted && !trusted.has(keyId as string))
    faults.push(`It is signed by ${keyId as string}, which is none of the keys that you know.`);
  if (!canonicalBytes(said).equals(bytes)) faults.push("The document is not in canonical form.");
  if (mail && sha256(mail).toString("hex") !== said.bodySha256)
    faults.push("The mail is not the one that the receipt is about: its SHA-256 is another.");
  return { faults, lines: tellReceipt(said), keyId: keyId as string };
}

function isSigned(bytes: Buffer, signature: string, key: Buffer): boolean {
  return (
    /^[0-9a-f]{128}$/.test(signature) && verify(null, bytes, publicKeyOf(key), Buffer.from(signature, "hex"))
  );
}

function readObject<T>(text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("The file is no receipt: it is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("The file is no receipt: it is not an object.");
  return value as T;
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? "none" : JSON.stringify(value);

function tellReceipt(said: Record<string, unknown>): string[] {
  const names = [
    "organisation",
    "campaign",
    "version",
    "step",
    "message",
    "lead",
    "recipientSha256",
    "messageId",
  ];
  const facts = ["bodySha256", "attempt", "handedOverAt", "sentAt", "serverReply", "knownBy"];
  return [...names, ...facts].map((name) => `${name}: ${shown(said[name])}`);
}
