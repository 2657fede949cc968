import * as v from "valibot";
import { newId, type Id } from "../../domain/ids.js";
import { defineJob, type JobDefinition } from "../../domain/jobs/define-job.js";
import { inUtc } from "../../domain/jobs/schedule.js";
import type { UnitOfWork } from "../../domain/operation.js";
import type { Database } from "../../platform/database/database.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";

/** A job for tests of the machinery: its handler is given by the test. */
export const chore = defineJob({
  type: "campaigns.chore",
  queue: "campaigns",
  description: "Does what the test says.",
  idempotency: "none",
  payload: v.object({ name: v.string(), ms: v.optional(v.number(), 0) }),
  policy: "P2",
  leaseSeconds: 1,
});
export type Chore = { name: string; ms: number };

/** With a lease that a busy machine does not outlast. */
export const deed = defineJob({ ...chore, type: "campaigns.deed", leaseSeconds: 4 });

/** The same job as a newer version of a product has it. */
export const labelled = defineJob({
  ...chore,
  version: 2,
  payload: v.strictObject({ label: v.string() }),
  upgrade: (payload) => ({ label: (payload as Chore).name }),
});

/** A job that only the newer version has. */
export const novelty = defineJob({ ...labelled, type: "campaigns.novelty", version: 1 });

/** A scheduled job for tests: not a tick, so that every occurrence adds one. */
export const everySecond = defineJob({
  type: "analytics.everySecond",
  queue: "analytics",
  description: "Does nothing, every second.",
  idempotency: "the second",
  schedule: inUtc("* * * * * *", "ALL"),
  payload: v.object({ fireAt: v.string() }),
  policy: "P2",
  leaseSeconds: 5,
});

/** Runs `work` in a transaction of the operator, without a tenant unless one is named. */
export function asOperator<T>(
  database: Database,
  work: (op: UnitOfWork) => Promise<T>,
  tenantId: Id | null = null,
): Promise<T> {
  const request = { requestId: newId() };
  return inTransaction(database, { actor: { kind: "OPERATOR", name: "test" }, tenantId, request }, work);
}

export async function enqueue<P>(
  database: Database,
  job: JobDefinition<P>,
  payload: P,
  options: { key?: string; dueAt?: Date; tenantId?: Id } = {},
): Promise<Id> {
  const id = await asOperator(database, (op) => op.enqueue(job, payload, options), options.tenantId);
  if (id === null) throw new Error("The key is taken.");
  return id;
}

export interface JobState {
  readonly state: string;
  readonly attempts: number;
  readonly crashes: number;
  readonly error: string | null;
}

export async function jobState(database: Database, id: Id): Promise<JobState> {
  const { rows } = await database.pool.query(
    "select state, attempts, crashes, error from job where id = $1",
    [id],
  );
  return rows[0] as JobState;
}
