import { sign } from "node:crypto";
import { statement, type Reader } from "../operation.js";
import { endorsementText, type SealingKey } from "./seal.js";

const ADD_KEY = statement<object>(
  "add_audit_key",
  `insert into audit_key (key_id, public_key, endorsed_by, endorsement) values ($1, $2, $3, $4) on conflict do nothing`,
);

/** Notes the key before its first seal; the one before it, where it is at hand, says that this is its successor. */
export async function introduceKey(
  reader: Reader,
  key: SealingKey,
  previous: SealingKey | null,
): Promise<void> {
  if (previous !== null) await reader.query(ADD_KEY, [previous.keyId, previous.publicKey, null, null]);
  const endorsement = previous && sign(null, endorsementText(key.keyId), previous.privateKey);
  await reader.query(ADD_KEY, [key.keyId, key.publicKey, previous?.keyId ?? null, endorsement]);
}
