import type { Bus } from "#domain/channels.js";
import { parseInput } from "#domain/command.js";
import type { JobDefinition, PolicyName } from "#domain/jobs/define-job.js";
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

/** A definition with its handler, its payload's type forgotten, so that all of them fit in one list. */
export interface HandledJob {
  readonly type: string;
  readonly queue: QueueName;
  readonly policy: PolicyName;
  readonly leaseSeconds: number;
  /** @throws InvalidInputError when the payload is not what the definition says */
  bind(payload: unknown): (run: Omit<JobRun<never>, "payload">) => Promise<Outcome>;
}

export function handle<P>(definition: JobDefinition<P>, handler: JobHandler<P>): HandledJob {
  return {
    type: definition.type,
    queue: definition.queue,
    policy: definition.policy,
    leaseSeconds: definition.leaseSeconds,
    bind(payload) {
      const parsed = parseInput(definition.payload, payload);
      return (run) => handler({ ...run, payload: parsed });
    },
  };
}
