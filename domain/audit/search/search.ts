import type { Id } from "../../ids.js";

export const AUDIT_OUTCOMES = ["SUCCESS", "DENIED", "FAILED"] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const AUDIT_ACTOR_KINDS = [
  "USER",
  "JOB",
  "RECIPIENT",
  "OPERATOR",
  "ANONYMOUS",
  "API_KEY",
  "IDP",
] as const;
export type AuditActorKind = (typeof AUDIT_ACTOR_KINDS)[number];

/**
 * What a condition looks at. `target`: any of the entry's, as "type:id" or "type"; `resourceType` and `resourceId`: the
 * first of them; `ip`: an address, or its beginning with * behind it; `seq`: a number of the chain.
 */
export type ConditionSubject =
  | "actor"
  | "kind"
  | "action"
  | "outcome"
  | "target"
  | "resourceType"
  | "resourceId"
  | "ip"
  | "request"
  | "session"
  | "seq";

/** One of the values; `isNegated`: none of them. */
export interface Condition {
  readonly on: ConditionSubject;
  readonly any: readonly string[];
  readonly isNegated: boolean;
}

/** A word, or several in a row, that the entry has or (`isNegated`) has not. */
export interface Wanted {
  readonly text: string;
  readonly isNegated: boolean;
  /** Words that begin with it count too: it may still be being typed. */
  readonly isPrefix: boolean;
}

/** What entries are looked for: all of it must hold. */
export interface AuditSearch {
  readonly conditions: readonly Condition[];
  readonly words: readonly Wanted[];
  /** At this time or later, ISO 8601. */
  readonly from: string | null;
  /** Before. */
  readonly to: string | null;
}

/** As it comes from outside; all of it must hold. */
export interface AuditFilter {
  readonly actorId?: string | null;
  readonly actorKind?: AuditActorKind | null;
  readonly action?: string | null;
  readonly actionPrefix?: string | null;
  readonly resourceType?: string | null;
  readonly resourceId?: string | null;
  readonly outcome?: AuditOutcome | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly text?: string | null;
  readonly ip?: string | null;
  readonly requestId?: string | null;
  readonly sessionId?: string | null;
  readonly query?: string | null;
}

/** Who asks, and when: what `me` and `today` mean. */
export interface Asker {
  readonly self: Id | null;
  readonly now: Date;
}

/** The later of two moments in ISO 8601; null is no bound. */
export const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a;

export const earlier = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a;
