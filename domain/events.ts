/** Every fact that the product records today; `domain.md` lists all that it will. */
export const EVENT_ACTIONS = [
  "auth.login.succeeded",
  "auth.login.failed",
  "auth.logout",
  "auth.token.reuse_detected",
  "auth.password.changed",
  "auth.password.reset_requested",
  "auth.password.reset_completed",
  "auth.session.revoked",
  "auth.permission.denied",
  "user.invited",
  "user.invite.accepted",
  "user.updated",
  "user.suspended",
  "user.reactivated",
  "user.erased",
  "user.role.changed",
  "team.created",
  "team.updated",
  "team.archived",
  "team.member.added",
  "team.member.removed",
  "campaign.created",
  "campaign.updated",
  "campaign.deleted",
  "campaign.launched",
  "campaign.paused",
  "campaign.resumed",
  "campaign.cancelled",
  "campaign.completed",
  "lead.created",
  "lead.imported",
  "suppression.added",
  "settings.updated",
  "job.retried",
  "job.discarded",
  "schedule.run_now",
  "queue.paused_or_resumed",
] as const;
export type EventAction = (typeof EVENT_ACTIONS)[number];

/** What an event is about, e.g. { type: "campaign", id }. The first target is the main one. */
export interface EventTarget {
  readonly type: string;
  readonly id: string;
}

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface EventFacts {
  readonly targets: readonly EventTarget[];
  readonly changes?: readonly FieldChange[];
  readonly outcome?: "SUCCESS" | "DENIED" | "FAILED";
  readonly reasonCode?: string;
  /** Only where the operation itself has no tenant yet, e.g. while a session is refreshed. */
  readonly tenantId?: string;
}

/** The fields of `after` that differ from `before`. */
export function changesBetween<T extends object>(before: Partial<T>, after: Partial<T>): FieldChange[] {
  return Object.keys(after)
    .map((field) => ({
      field,
      before: before[field as keyof T] ?? null,
      after: after[field as keyof T] ?? null,
    }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}
