import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { JobAttempt } from "./history.js";
import type { QueueName } from "./queue-names.js";

export type JobState = "WAITING" | "ACTIVE" | "SUCCEEDED" | "FAILED" | "CANCELLED" | "DISCARDED";

/** A job as the database knows it; what Redis holds is only a bell for its id. */
export const JobRow = defineEntity({
  name: "JobRow",
  tableName: "job",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().nullable(),
    type: p.text(),
    queue: p.text().$type<QueueName>(),
    payload: p.json<unknown>(),
    idempotencyKey: p.text().nullable(),
    state: p.text().$type<JobState>(),
    attempts: p.integer(),
    crashes: p.integer(),
    maxAttempts: p.integer(),
    dueAt: p.datetime(),
    rungAt: p.datetime().nullable(),
    leaseOwner: p.uuid().nullable(),
    leaseUntil: p.datetime().nullable(),
    workerId: p.uuid().nullable(),
    priority: p.smallint(),
    history: p.json<JobAttempt[]>(),
    progress: p.json<unknown>().nullable(),
    error: p.text().nullable(),
    initiatedBy: p.uuid().nullable(),
    requestId: p.text().nullable(),
    createdAt: p.datetime(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
  },
});
export type JobRow = InferEntity<typeof JobRow>;
