import type { Id } from "../ids.js";
import { statement, UNHURRIED, type Reader } from "../operation.js";
import type { EventTarget } from "../events.js";

/** A committed event that is not published yet. */
export interface PendingEvent {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly action: string;
  readonly targets: readonly EventTarget[];
}

const HAS_PENDING = statement<{ has: boolean }>(
  "has_pending_events",
  "select exists (select from pending_event) as has",
);

export async function hasPendingEvents(reader: Reader): Promise<boolean> {
  return (await reader.query(HAS_PENDING, []))[0]!.has;
}

const LOCK_PENDING = statement<PendingEvent>(
  "lock_pending_events",
  `select event.id, event.tenant_id as "tenantId", event.action, event.targets
   from pending_event join event on event.id = pending_event.event_id and event.at = pending_event.at
   order by event.id limit $1 for update of pending_event skip locked`,
);

/** The oldest events that nobody publishes at this moment, locked until the transaction ends. */
export function lockPendingEvents(reader: Reader, limit: number): Promise<PendingEvent[]> {
  return reader.query(LOCK_PENDING, [limit]);
}

const REMOVE_PENDING = statement<object>(
  "remove_pending_events",
  `delete from pending_event using ${UNHURRIED} where event_id = any($1::uuid[])`,
);

/** They are published: in a transaction that does nothing else. What a crash of the database brings back is published twice. */
export async function removePendingEvents(reader: Reader, ids: readonly Id[]): Promise<void> {
  await reader.query(REMOVE_PENDING, [ids]);
}
