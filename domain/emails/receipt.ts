import { sign } from "node:crypto";
import { canonicalText } from "../audit/canonical.js";
import type { SealingKey } from "../audit/seal.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/**
 * What the installation says of a message that was sent (docs/receipts.md). Hashes in hex, times as the database has them.
 * No address and no text of a person stands in it, so that it can be shown to others and outlives an erasure.
 */
export interface ReceiptDocument {
  readonly type: "postwatch.receipt";
  readonly v: 1;
  readonly organisation: Id;
  readonly message: Id;
  readonly campaign: Id;
  readonly version: number;
  readonly step: { readonly id: Id; readonly position: number; readonly variant: number | null };
  readonly lead: Id;
  /** Of the lead's address in canonical form, as UTF-8. */
  readonly recipientSha256: string;
  /** The Message-ID, with angle brackets. */
  readonly messageId: string | null;
  /** Of the mail as it was handed over. */
  readonly bodySha256: string | null;
  /** Null: no answer came; `knownBy` says who knows. */
  readonly serverReply: string | null;
  /** `lane`: the server's answer; otherwise a person or a source of evidence, afterwards. */
  readonly knownBy: string;
  readonly plannedAt: string;
  readonly handedOverAt: string | null;
  readonly sentAt: string;
  readonly attempt: number;
}

export interface Receipt {
  /** Canonical JSON (RFC 8785): these bytes are signed. */
  readonly document: string;
  /** Ed25519 (RFC 8032), 64 bytes in hex. */
  readonly signature: string;
  readonly keyId: string;
  /** 32 bytes in hex. */
  readonly publicKey: string;
}

const DOCUMENTS = statement<{ document: ReceiptDocument }>(
  "receipt_documents",
  `select jsonb_build_object('type', 'postwatch.receipt', 'v', 1, 'organisation', m.tenant_id, 'message', m.id,
     'campaign', m.campaign_id, 'version', v.n, 'step', jsonb_build_object('id', m.step_id, 'position', m.step_position, 'variant', m.variant),
     'lead', m.lead_id, 'recipientSha256', encode(l.email_hash, 'hex'), 'messageId', m.message_id_header,
     'bodySha256', encode(m.body_digest, 'hex'), 'serverReply', m.server_reply,
     'knownBy', (select e.source from message_event e where e.message_id = m.id and e.type = 'sent' order by e.seq desc limit 1),
     'plannedAt', m.planned_at, 'handedOverAt', m.intent_at, 'sentAt', m.sent_at, 'attempt', m.attempt) as document
   from message m join campaign_version v on v.id = m.version_id join lead l on l.id = m.lead_id
   where m.tenant_id = $1 and m.id = any($2::uuid[]) and m.sent_at is not null`,
);

/** Of those that were sent. */
export async function receiptDocuments(
  reader: Reader,
  tenantId: Id,
  messageIds: readonly Id[],
): Promise<Map<Id, ReceiptDocument>> {
  const rows = await reader.query(DOCUMENTS, [tenantId, messageIds]);
  return new Map(rows.map(({ document }) => [document.message, document]));
}

/** The same row gives the same receipt as long as the key is the same: nothing of it needs to be kept. */
export function signReceipt(said: ReceiptDocument, { keyId, privateKey, publicKey }: SealingKey): Receipt {
  const document = canonicalText(said);
  return {
    document,
    signature: sign(null, Buffer.from(document, "utf8"), privateKey).toString("hex"),
    keyId,
    publicKey: publicKey.toString("hex"),
  };
}
