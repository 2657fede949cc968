import { isDeepStrictEqual } from "node:util";

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
  "campaign.scheduled",
  "campaign.launched",
  "campaign.paused",
  "campaign.resumed",
  "campaign.cancelled",
  "campaign.completed",
  "campaign.archived",
  "campaign.test_sent",
  "campaign.mail_resolved",
  "enrollment.replied",
  "enrollment.goal_recorded",
  "enrollment.stopped",
  "enrollment.paused",
  "enrollment.resumed",
  "lead.created",
  "lead.imported",
  "lead.exported",
  "suppression.added",
  "settings.updated",
  "sender.created",
  "sender.updated",
  "webhook.changed",
  "job.retried",
  "job.discarded",
  "schedule.run_now",
  "queue.paused_or_resumed",
  "sending.frozen_or_released",
  "audit.read",
  "audit.exported",
  "system.retention.purged",
] as const;
export type EventAction = (typeof EVENT_ACTIONS)[number];

/** What an event is about, e.g. { type: "campaign", id }. The first target is the main one. */
export interface EventTarget {
  readonly type: string;
  readonly id: string;
  /** What people call it; of a person it can be forgotten. */
  readonly label?: string | null;
}

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  /** It is about a person and can be forgotten. By default names, addresses and the like of people are. */
  readonly personal?: boolean;
}

export interface EventFacts {
  readonly targets: readonly EventTarget[];
  readonly changes?: readonly FieldChange[];
  readonly outcome?: "SUCCESS" | "DENIED" | "FAILED";
  readonly reasonCode?: string;
  /** Only where a job does what somebody has decided who did not start the job. */
  readonly onBehalfOf?: string | null;
  /** Only where the operation itself has no tenant yet, e.g. while a session is refreshed. */
  readonly tenantId?: string;
}

/** Something that somebody tried, as it is on record when an expected error refuses it. */
export interface Attempt {
  readonly action: EventAction;
  readonly targets: readonly EventTarget[];
}

/** For a command whose input names what it is about; without a field it is about nothing that there is yet. */
export function attempted(action: EventAction): () => Attempt;
export function attempted<F extends string>(
  action: EventAction,
  type: string,
  field: F,
): (input: Readonly<Record<F, string>>) => Attempt;
export function attempted(action: EventAction, type?: string, field = "") {
  return (input: Readonly<Record<string, string>> = {}): Attempt => ({
    action,
    targets: type === undefined ? [] : [{ type, id: input[field]! }],
  });
}

/** The fields of `after` that differ from `before`. */
export function changesBetween<T extends object>(before: Partial<T>, after: Partial<T>): FieldChange[] {
  return (
    Object.keys(after)
      .map((field) => ({
        field,
        before: before[field as keyof T] ?? null,
        after: after[field as keyof T] ?? null,
      }))
      // The order of keys is no difference: PostgreSQL has its own.
      .filter((change) => !isDeepStrictEqual(change.before, change.after))
  );
}

/** Of something that is no more. */
export function changesToNothing(before: object): FieldChange[] {
  return Object.entries(before)
    .filter(([, value]) => value != null)
    .map(([field, value]) => ({ field, before: value as unknown, after: null }));
}
