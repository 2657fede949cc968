import type { Id } from "../../ids.js";
import { statement, type Reader } from "../../operation.js";
import type { StreamKind } from "./audit-stream.entity.js";

/** Longer than any delivery takes; then another worker sends the same entries again. */
const LEASE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 300;

/** A stream with something to send, ours until the lease runs out. */
export interface ClaimedStream {
  readonly id: Id;
  readonly tenantId: Id;
  readonly kind: StreamKind;
  readonly url: string;
  readonly secretNumber: number;
  readonly cursorSeq: number;
  readonly failures: number;
}

const HEAD = `coalesce((select a.last_seq from audit_seal a where a.chain_id = s.tenant_id order by a.number desc limit 1), 0)`;
const CLAIM = statement<ClaimedStream>(
  "claim_audit_streams",
  `with due as (
     select s.id from audit_stream s
     where s.paused_at is null and s.next_try_at <= now() and (s.leased_until is null or s.leased_until < now())
       and ${HEAD} > s.cursor_seq
     order by s.next_try_at limit $2 for update skip locked)
   update audit_stream s set leased_by = $1, leased_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
   from due where s.id = due.id
   returning s.id, s.tenant_id as "tenantId", s.kind, s.url, s.secret_number as "secretNumber",
     s.cursor_seq as "cursorSeq", s.failures`,
);

/** Streams that have something to send and that nobody sends now. @param claim one's own, of no other claim */
export function claimStreams(reader: Reader, claim: Id, most: number): Promise<ClaimedStream[]> {
  return reader.query(CLAIM, [claim, most]);
}

const HEAD_SEQ = statement<{ seq: number }>(
  "audit_head_seq",
  "select last_seq as seq from audit_seal where chain_id = $1 order by number desc limit 1",
);

/** The newest number of a chain; 0 where nothing is sealed. */
export async function findHeadSeq(reader: Reader, chain: Id): Promise<number> {
  return (await reader.query(HEAD_SEQ, [chain]))[0]?.seq ?? 0;
}

const NEXT_SEQ = statement<{ seq: number }>(
  "audit_next_seq",
  "select seq from event_leaf where chain_id = $1 and seq > $2 order by seq limit 1",
);

/** The first number after this one whose entry retention has left; null where there is none. */
export async function findNextSeq(reader: Reader, chain: Id, after: number): Promise<number | null> {
  return (await reader.query(NEXT_SEQ, [chain, after]))[0]?.seq ?? null;
}

// Whoever has lost the lease changes nothing: another one sends from where the cursor stands.
const DELIVERED = statement<object>(
  "audit_stream_delivered",
  `update audit_stream set cursor_seq = $3, delivered_at = clock_timestamp(), failures = 0, failing_since = null,
     last_error = null, next_try_at = now(), leased_by = null, leased_until = null where id = $1 and leased_by = $2`,
);
const FAILED = statement<object>(
  "audit_stream_failed",
  `update audit_stream set failures = failures + 1, failing_since = coalesce(failing_since, now()), last_error = $3,
     next_try_at = clock_timestamp() + make_interval(secs => $4), leased_by = null, leased_until = null
   where id = $1 and leased_by = $2`,
);
const RELEASED = statement<object>(
  "audit_stream_released",
  "update audit_stream set leased_by = null, leased_until = null where id = $1 and leased_by = $2",
);

export async function noteDelivered(reader: Reader, id: Id, claim: Id, upTo: number): Promise<void> {
  await reader.query(DELIVERED, [id, claim, upTo]);
}

export async function noteFailed(
  reader: Reader,
  { id, failures }: ClaimedStream,
  claim: Id,
  error: string,
): Promise<void> {
  await reader.query(FAILED, [id, claim, error, pauseAfter(failures + 1, Math.random())]);
}

/** Neither here nor there: whoever is next begins anew. */
export async function noteReleased(reader: Reader, id: Id, claim: Id): Promise<void> {
  await reader.query(RELEASED, [id, claim]);
}

/** Seconds until the next attempt: 1, 2, 4 … up to five minutes, a fifth more or less. @param random from 0 to 1 */
export function pauseAfter(failures: number, random: number): number {
  const plain = Math.min(LONGEST_PAUSE_SECONDS, 2 ** Math.min(failures - 1, 20));
  return Math.min(LONGEST_PAUSE_SECONDS, plain * (0.8 + 0.4 * random));
}
