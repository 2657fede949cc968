import type * as v from "valibot";
import type { Permission } from "../access/permissions.js";
import type { QueueName } from "./queue-names.js";

/** Retry policies of domain.md 4. Times in seconds; `jitter` is the share by which a delay varies either way. */
export const POLICIES = {
  /** Tick: one attempt; the next tick is the retry. */
  P0: { attempts: 1, firstDelay: 0, factor: 1, cap: 0, jitter: 0 },
  /** Internal work. */
  P2: { attempts: 3, firstDelay: 5, factor: 2, cap: 300, jitter: 0.2 },
  /** Mails that somebody waits for. */
  PT: { attempts: 6, firstDelay: 5, factor: 3, cap: 900, jitter: 0.2 },
  /** Heavy work that goes on from its checkpoint. */
  P3: { attempts: 3, firstDelay: 60, factor: 2, cap: 1800, jitter: 0.2 },
} as const;
export type PolicyName = keyof typeof POLICIES;

export interface JobDefinition<P> {
  /** queue.verbNoun, as in domain.md 4. */
  readonly type: string;
  readonly queue: QueueName;
  readonly payload: v.GenericSchema<unknown, P>;
  readonly policy: PolicyName;
  /** How long a run may go on without a sign of life before another worker takes it over. */
  readonly leaseSeconds: number;
  /**
   * What whoever started it must still be allowed when it runs; otherwise it is cancelled. Left out or null: once begun,
   * the work is the organisation's. So a launched campaign goes on sending when its launcher is suspended or demoted:
   * somebody else pauses or cancels it.
   */
  readonly initiatorNeeds?: (payload: never) => Permission | null;
}

export function defineJob<P>(definition: JobDefinition<P>): JobDefinition<P> {
  return definition;
}

/** Seconds until the next attempt, after `attempt` of them; `random` is from 0 to 1. */
export function delayAfter(policy: PolicyName, attempt: number, random: number): number {
  const { firstDelay, factor, cap, jitter } = POLICIES[policy];
  const plain = Math.min(cap, firstDelay * factor ** (attempt - 1));
  return plain * (1 + jitter * (2 * random - 1));
}
