import type { Id } from "./ids.js";
import type { QueueName } from "./jobs/queue-names.js";

/**
 * Names of the pub/sub channels. What travels on them are hints ("look again"), not facts: facts are rows.
 * A lost hint costs freshness until the next one, never correctness.
 */
export const EVENTS_CHANNEL = "events";
/** A session has ended or its rights have changed: open sockets of it are closed. */
export const SESSIONS_CHANNEL = "sessions";
/** A job has moved: claimed, on its way, ended, or changed by hand. */
export const JOBS_CHANNEL = "jobs";
/** Entries of the audit record have been sealed. */
export const AUDIT_CHANNEL = "audit";
/** A round over the promises has ended. */
export const PROMISES_CHANNEL = "promises";
export const campaignChannel = (campaignId: Id): string => `campaign:${campaignId}`;
export const personChannel = (userId: Id): string => `person:${userId}`;
export const importChannel = (importId: Id): string => `import:${importId}`;

/** On EVENTS_CHANNEL, once per committed event row. */
export interface EventHint {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly action: string;
  readonly targets: readonly { readonly type: string; readonly id: Id }[];
}

/** On JOBS_CHANNEL. `queue` is null where whoever tells does not know it. */
export interface JobHint {
  readonly jobId: Id;
  readonly queue: QueueName | null;
}

/** On a campaign's channel: something about its messages or its state is new. */
export interface CampaignHint {
  readonly campaignId: Id;
  readonly messageId: Id | null;
}

/** On a person's channel: they have been notified of something. */
export interface PersonHint {
  readonly userId: Id;
}

/** On an import's channel. */
export interface ImportHint {
  readonly importId: Id;
}

/** On AUDIT_CHANNEL: where a chain ends now. */
export interface AuditHint {
  readonly chainId: Id;
  readonly lastSeq: number;
}

/** On SESSIONS_CHANNEL: one session, or all of a person. */
export type SessionHint = { readonly sessionId: Id } | { readonly userId: Id };

/** What a process needs of pub/sub; platform/pubsub.ts is the one on Redis. */
export interface Bus {
  /** Fire and forget; never throws, never waits for Redis. */
  publish(channel: string, hint: object): void;
  /** Ends when the consumer returns; hints that come faster than they are read are coalesced to the newest 1,000. */
  subscribe<T extends object>(channel: string): AsyncIterableIterator<T>;
}
