import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { AskedMail } from "./evidence.js";
import { AWAITED_SECONDS } from "./resolve.queries.js";

export interface DoubtfulMail extends AskedMail {
  readonly id: Id;
  readonly tenantId: Id;
  readonly campaignId: Id;
}

/** Beyond it no source is asked: logs have been rotated away. */
export const ASKED_DAYS = 7;
// Also while a lane may still be at it a source would say "no" too early.
const DOUBTFUL = statement<DoubtfulMail>(
  "doubtful_mails",
  `select id, tenant_id as "tenantId", campaign_id as "campaignId", message_id_header as "messageIdHeader", intent_at as "handedOverAt"
   from message where state = 'UNCERTAIN' and message_id_header is not null and id > $1::uuid
     and intent_at < clock_timestamp() - interval '${AWAITED_SECONDS} seconds'
     and intent_at > clock_timestamp() - interval '${ASKED_DAYS} days'
   order by id limit $2`,
);

/** What is uncertain and of an age to be asked for, of all organisations, beyond an id: from 3 minutes to 7 days, by id. */
export function doubtfulMails(reader: Reader, after: Id, limit: number): Promise<DoubtfulMail[]> {
  return reader.query(DOUBTFUL, [after, limit]);
}

const NOTE = statement<object>(
  "note_evidence",
  `update installation set evidence = jsonb_build_object('sources', $1::jsonb, 'unreachable', $2::jsonb, 'at', now()) ||
     case when $3::uuid is null then '{}' else jsonb_build_object('after', $3::uuid) end`,
);

/**
 * For people: who was asked, and who could not be.
 * @param after beyond which id the next one begins; null: at the first
 */
export async function noteEvidence(
  reader: Reader,
  sources: readonly string[],
  unreachable: readonly string[],
  after: Id | null,
): Promise<void> {
  await reader.query(NOTE, [JSON.stringify(sources), JSON.stringify(unreachable), after]);
}

/** When mail in doubt was looked up last, and where; null: never yet. */
export interface EvidenceState {
  readonly sources: readonly string[];
  /** Of the sources, those that could not be asked. */
  readonly unreachable: readonly string[];
  readonly at: string;
  /** There was more than one tick asks for: the next one begins beyond this id. */
  readonly after?: Id;
}
const STATE = statement<{ evidence: EvidenceState | null }>(
  "evidence_state",
  "select evidence from installation",
);

export async function findEvidenceState(reader: Reader): Promise<EvidenceState | null> {
  return (await reader.query(STATE))[0]?.evidence ?? null;
}
