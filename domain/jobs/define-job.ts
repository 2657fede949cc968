import type * as v from "valibot";
import type { Permission } from "../access/permissions.js";
import type { QueueName } from "./queue-names.js";
import type { ScheduleDefinition } from "./schedule.js";

/** Times in seconds; `jitter` is the share by which a delay varies either way. */
export interface Policy {
  readonly attempts: number;
  readonly firstDelay: number;
  readonly factor: number;
  readonly cap: number;
  readonly jitter: number;
  readonly description: string;
}

/** Retry policies of domain.md 4. Mails of campaigns have their own in the ledger (P1: emails/outcome-of-reply.ts). */
export const POLICIES = {
  P0: {
    attempts: 1,
    firstDelay: 0,
    factor: 1,
    cap: 0,
    jitter: 0,
    description:
      "Tick: one attempt, the next tick is the retry; while one waits or runs, the next is left out.",
  },
  P2: { attempts: 3, firstDelay: 5, factor: 2, cap: 300, jitter: 0.2, description: "Internal work." },
  PT: {
    attempts: 6,
    firstDelay: 5,
    factor: 3,
    cap: 900,
    jitter: 0.2,
    description: "Mail that somebody waits for.",
  },
  P3: {
    attempts: 3,
    firstDelay: 60,
    factor: 2,
    cap: 1800,
    jitter: 0.2,
    description: "Heavy work that goes on from its checkpoint.",
  },
} as const satisfies Record<string, Policy>;
export type PolicyName = keyof typeof POLICIES;

export interface JobDefinition<P> {
  /** queue.verbNoun, as in domain.md 4. */
  readonly type: string;
  readonly queue: QueueName;
  /** One sentence for operators: what it does. */
  readonly description: string;
  /** One clause for operators: what makes a second one of it the same. */
  readonly idempotency: string;
  readonly payload: v.GenericSchema<unknown, P>;
  /**
   * Of the payload's shape, raised by a change that an older worker would misread: it leaves such a job to a newer one.
   * Default 1.
   */
  readonly version?: number;
  /** What a payload of an older version is in this one: jobs wait through deploys. */
  readonly upgrade?: (payload: unknown, from: number) => unknown;
  readonly policy: PolicyName;
  /** How long a run may go on without a sign of life before another worker takes it over. */
  readonly leaseSeconds: number;
  /** Somebody waits for it: it goes ahead of everything else in its queue. */
  readonly isUrgent?: boolean;
  /** When the product adds one by itself; its payload is { fireAt }. */
  readonly schedule?: ScheduleDefinition;
  /**
   * What whoever started it must still be allowed when it runs; otherwise it is cancelled. Left out or null: once begun,
   * the work is the organisation's. So a launched campaign goes on sending when its launcher is suspended or demoted:
   * somebody else pauses or cancels it.
   */
  readonly initiatorNeeds?: (payload: never) => Permission | null;
}

export const versionOf = (job: Pick<JobDefinition<never>, "version">): number => job.version ?? 1;

export function defineJob<P>(definition: JobDefinition<P>): JobDefinition<P> {
  return definition;
}

/** Seconds until the next attempt, after `attempt` of them; `random` is from 0 to 1. */
export function delayAfter(policy: PolicyName, attempt: number, random: number): number {
  const { firstDelay, factor, cap, jitter } = POLICIES[policy];
  const plain = Math.min(cap, firstDelay * factor ** (attempt - 1));
  return plain * (1 + jitter * (2 * random - 1));
}
