import type { Bus } from "#domain/channels.js";
import type { Permission } from "#domain/access/permissions.js";
import { parseInput } from "#domain/command.js";
import { versionOf, type JobDefinition, type PolicyName } from "#domain/jobs/define-job.js";
import type { Outcome } from "#domain/jobs/outcome.js";
import type { QueueName } from "#domain/jobs/queue-names.js";
import type { Operation } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";

/** What a handler gets for one run of a job. */
export interface JobRun<P> {
  /** Acts as the job, for its tenant; a job without one has no tenantId. */
  readonly op: Operation;
  readonly payload: P;
  /**
   * Aborted when the worker drains or the job is no longer ours: return or throw soon. Between two transactions is
   * the place to look.
   */
  readonly signal: AbortSignal;
  /** Stores how far it is, for the console. */
  progress(value: object): Promise<void>;
  readonly bus: Bus;
  readonly log: Logger;
}

/** Does the job. What the outcomes and a thrown error mean is told in domain/jobs/outcome.ts. */
export type JobHandler<P> = (run: JobRun<P>) => Promise<Outcome>;

/** Leaves nothing half done behind when whoever started the job may not do it any more; `reason` is for people. */
export type Withdrawal<P> = (run: JobRun<P>, reason: string) => Promise<void>;

type Run = Omit<JobRun<never>, "payload">;

/** A job with its payload in hand. */
export interface BoundJob {
  /** What whoever started it must still be allowed. */
  readonly initiatorNeeds: Permission | null;
  perform(run: Run): Promise<Outcome>;
  withdraw(run: Run, reason: string): Promise<void>;
}

/** A definition with its handler, its payload's type forgotten, so that all of them fit in one list. */
export interface HandledJob {
  readonly type: string;
  readonly queue: QueueName;
  readonly policy: PolicyName;
  readonly leaseSeconds: number;
  /** The newest version of payloads that it reads. */
  readonly version: number;
  /**
   * @param version that of the payload, at most our own
   * @throws InvalidInputError when the payload is not what the definition says
   */
  bind(payload: unknown, version: number): BoundJob;
}

export function handle<P>(
  definition: JobDefinition<P>,
  handler: JobHandler<P>,
  withdraw?: Withdrawal<P>,
): HandledJob {
  const version = versionOf(definition);
  return {
    type: definition.type,
    queue: definition.queue,
    policy: definition.policy,
    leaseSeconds: definition.leaseSeconds,
    version,
    bind(payload, from) {
      const upgraded = from < version && definition.upgrade ? definition.upgrade(payload, from) : payload;
      const parsed = parseInput(definition.payload, upgraded);
      return {
        initiatorNeeds: definition.initiatorNeeds?.(parsed as never) ?? null,
        perform: (run) => handler({ ...run, payload: parsed }),
        withdraw: async (run, reason) => withdraw?.({ ...run, payload: parsed }, reason),
      };
    },
  };
}
