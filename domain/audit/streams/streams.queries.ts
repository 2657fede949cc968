import type { Id } from "../../ids.js";
import { statement, type Reader } from "../../operation.js";
import type { StreamKind } from "./audit-stream.entity.js";
import { shownUrl } from "./stream-url.js";

/** ACTIVE: all is delivered or on its way. FAILING: the last attempt did not succeed; it is tried again. */
export const STREAM_STATES = ["ACTIVE", "FAILING", "PAUSED"] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/** A stream as it is shown. Times are ISO 8601 text. */
export interface AuditStreamView {
  readonly id: Id;
  readonly kind: StreamKind;
  /** Without what stands behind its question mark. */
  readonly url: string;
  readonly state: StreamState;
  /** The last number that was delivered, and how many wait. */
  readonly cursorSeq: number;
  readonly waiting: number;
  readonly deliveredAt: string | null;
  readonly pausedAt: string | null;
  readonly failingSince: string | null;
  readonly lastError: string | null;
  readonly nextTryAt: string | null;
  readonly createdAt: string;
  readonly version: number;
  readonly secretNumber: number;
}

const STREAMS = statement<AuditStreamView>(
  "audit_streams",
  `select s.id, s.kind, s.url, s.cursor_seq as "cursorSeq", s.delivered_at as "deliveredAt", s.paused_at as "pausedAt",
     s.failing_since as "failingSince", s.last_error as "lastError", s.created_at as "createdAt", s.version,
     case when s.failures > 0 and s.paused_at is null then s.next_try_at end as "nextTryAt", s.secret_number as "secretNumber",
     case when s.paused_at is not null then 'PAUSED' when s.failures > 0 then 'FAILING' else 'ACTIVE' end as state,
     greatest(0, coalesce((select last_seq from audit_seal where chain_id = s.tenant_id order by number desc limit 1), 0)
       - s.cursor_seq) as waiting
   from audit_stream s where s.tenant_id = $1 and ($2::uuid is null or s.id = $2) order by s.created_at, s.id`,
);

/** An organisation's streams, the oldest first; with an id that one. */
export async function findStreams(
  reader: Reader,
  tenantId: Id,
  id: Id | null = null,
): Promise<AuditStreamView[]> {
  const streams = await reader.query(STREAMS, [tenantId, id]);
  return streams.map((stream) => ({ ...stream, url: shownUrl(stream.url) }));
}
