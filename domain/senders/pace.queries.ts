import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";

/** What a shared limit is of: the organisation, a sender, or a destination domain. */
export const PACE_KINDS = ["TENANT", "SENDER", "DOMAIN"] as const;
export type PaceKind = (typeof PACE_KINDS)[number];

/** Limits as the claim keeps them; null: none. */
export interface PaceLimits {
  readonly perHour: number | null;
  readonly perDay: number | null;
  readonly gapSeconds?: number;
  readonly isPaused?: boolean;
}

/** Why a message waits for a limit; it stands in message.reason as long as it does. */
export const WAITS_FOR: Readonly<Record<PaceKind, string>> = {
  TENANT: "ORGANISATION_LIMIT",
  SENDER: "SENDER_LIMIT",
  DOMAIN: "DOMAIN_LIMIT",
};
export const SENDER_PAUSED = "SENDER_PAUSED";

// Whoever changes limits of several rows locks them in the order in which claims do.
const LOCK = statement<object>(
  "lock_paces",
  `select from pace where tenant_id = $1 and kind = any($2::text[]) order by kind, key for update`,
);
const SET = statement<object>(
  "set_pace",
  `insert into pace as p (tenant_id, kind, key, per_hour, per_day, gap_seconds, is_paused) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant_id, kind, key) do update set per_hour = excluded.per_hour, per_day = excluded.per_day, gap_seconds = excluded.gap_seconds,
     is_paused = excluded.is_paused, is_default = false, free_at = '-infinity', booked_at = '-infinity'`,
);
// What a lane holds at this moment is looked at by it.
const WAKE = statement<object>(
  "wake_put_off",
  `with waiting as materialized (
     select m.id from message m join enrollment e on e.id = m.enrollment_id
     where m.tenant_id = $1 and m.state = 'PLANNED' and m.reason = any($2::text[]) and m.due_at > now() and ($3::uuid is null or e.sender_id = $3)
     for update of m skip locked)
   update message m set due_at = now(), updated_at = now() from waiting where m.id = waiting.id`,
);

/** What is counted stays counted. */
export async function setPace(
  op: UnitOfWork,
  kind: PaceKind,
  key: string,
  { perHour, perDay, gapSeconds = 0, isPaused = false }: PaceLimits,
): Promise<void> {
  await op.query(SET, [op.tenantId, kind, key, perHour, perDay, gapSeconds, isPaused]);
}

export async function lockPaces(op: UnitOfWork, kinds: readonly PaceKind[]): Promise<void> {
  await op.query(LOCK, [op.tenantId, kinds]);
}

/** @param senderId null: of every sender */
export async function wakePutOff(
  op: UnitOfWork,
  reasons: readonly string[],
  senderId: Id | null = null,
): Promise<void> {
  await op.query(WAKE, [op.tenantId, reasons, senderId]);
}
