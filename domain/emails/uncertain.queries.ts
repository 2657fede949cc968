import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { AskedMail } from "./evidence.js";
import { AWAITED_SECONDS } from "./resolve.queries.js";

export interface DoubtfulMail extends AskedMail {
  readonly id: Id;
  readonly tenantId: Id;
  readonly campaignId: Id;
}

/** So many at once; a source reads its whole log for them. */
export const MOST_DOUBTFUL = 5000;
// Also while a lane may still be at it a source would say "no" too early.
const DOUBTFUL = statement<DoubtfulMail>(
  "doubtful_mails",
  `select id, tenant_id as "tenantId", campaign_id as "campaignId", message_id_header as "messageIdHeader", intent_at as "handedOverAt"
   from message where state = 'UNCERTAIN' and message_id_header is not null and id > $1::uuid
     and intent_at < clock_timestamp() - interval '${AWAITED_SECONDS} seconds'
   order by id limit ${MOST_DOUBTFUL}`,
);

/** What is uncertain and old enough to be asked for, of all organisations, beyond an id. */
export function doubtfulMails(reader: Reader, after: Id): Promise<DoubtfulMail[]> {
  return reader.query(DOUBTFUL, [after]);
}

const NOTE = statement<object>(
  "note_evidence",
  `update installation set evidence = jsonb_build_object('sources', $1::jsonb, 'unreachable', $2::jsonb, 'at', now())`,
);

/** For people: who was asked, and who could not be. */
export async function noteEvidence(
  reader: Reader,
  sources: readonly string[],
  unreachable: readonly string[],
): Promise<void> {
  await reader.query(NOTE, [JSON.stringify(sources), JSON.stringify(unreachable)]);
}

/** When mail in doubt was looked up last, and where; null: never yet. */
export interface EvidenceState {
  readonly sources: readonly string[];
  /** Of the sources, those that could not be asked. */
  readonly unreachable: readonly string[];
  readonly at: string;
}
const STATE = statement<{ evidence: EvidenceState | null }>(
  "evidence_state",
  "select evidence from installation",
);

export async function findEvidenceState(reader: Reader): Promise<EvidenceState | null> {
  return (await reader.query(STATE))[0]?.evidence ?? null;
}
