import * as v from "valibot";
import type { Actor } from "../access/actor.js";
import { command, parseInput } from "../command.js";
import { invalid, InvalidInputError, NotFoundError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { JOB_CATALOGUE } from "../job-catalogue.js";
import { statement, type UnitOfWork } from "../operation.js";
import { versionOf } from "./define-job.js";
import { withHand } from "./history.js";
import { demandQueue, jobsInScope } from "./job-filter.js";
import { demandAction, JOB_ACTIONS, type JobAction, type VisibleJobState } from "./job.lifecycle.js";
import type { QueueName } from "./queue-names.js";
import { withHidden } from "./shown-payload.js";

interface Locked {
  readonly type: string;
  readonly queue: QueueName;
  readonly state: VisibleJobState;
  readonly payload: unknown;
  readonly payloadVersion: number;
}

const LOCK = statement<Locked>(
  "lock_job",
  `select type, queue, case when state = 'WAITING' and due_at > now() then 'DELAYED' else state end as state, payload,
     payload_version as "payloadVersion"
   from job where id = $2 and ${jobsInScope("job", "$1")} for update`,
);

/** SQL of an update of job: due at once, with all its attempts before it. Its error stays in the history. */
export const RETRIED = `state = 'WAITING', due_at = now(), attempts = 0, crashes = 0, rung_at = null, finished_at = null, error = null`;
export const DISCARDED = `state = 'DISCARDED', finished_at = now(), rung_at = null`;
const RESTORED = `state = 'FAILED', finished_at = now(), error = coalesce(error, 'It was discarded, and restored.')`;
const PROMOTED = `due_at = now(), rung_at = null`;

const changing = (name: string, set: string, outcome: string) =>
  statement<object>(
    name,
    `update job set ${set}, payload = coalesce($3::jsonb, payload),
       payload_version = coalesce($4::int, payload_version), history = ${withHand(`'${outcome}'`, "$2::text")} where id = $1`,
  );
const CHANGES: Readonly<Record<JobAction, ReturnType<typeof changing>>> = {
  RETRY: changing("retry_job", RETRIED, "RETRIED_BY_HAND"),
  DISCARD: changing("discard_job", DISCARDED, "DISCARDED_BY_HAND"),
  RESTORE: changing("restore_job", RESTORED, "RESTORED_BY_HAND"),
  PROMOTE: changing("promote_job", PROMOTED, "PROMOTED_BY_HAND"),
};

const JobName = { jobId: IdSchema, queue: v.nullish(v.string()) };

/**
 * A dead or cancelled job is tried again at once: the same row, with its history, all its attempts before it, and the
 * payload as given. What its editor was not shown stays. Writes job; emits job.retried.
 * Throws NOT_FOUND, INVALID_TRANSITION, BAD_USER_INPUT when the payload is none of the job's type.
 */
export const retryJob = command({
  name: "retryJob",
  permission: "system:jobs",
  input: v.object({ ...JobName, payload: v.nullish(v.record(v.string(), v.unknown())) }),
  audits: attempted("job.retried", "job", "jobId"),
  async run(op, { jobId, queue, payload }): Promise<{ jobId: Id }> {
    const job = await lockFor(op, "RETRY", jobId, queue);
    const edited = payload == null ? null : checkedPayload(job, payload);
    await change(op, "RETRY", jobId, edited);
    await op.emit("job.retried", {
      targets: [{ type: "job", id: jobId, label: job.type }],
      changes: [
        { field: "state", before: job.state, after: "WAITING" },
        // What stands in it may be a secret.
        ...(edited === null ? [] : [{ field: "payload", before: "stored", after: "edited" }]),
      ],
    });
    return { jobId };
  },
});

/** It will not run. Writes job; emits job.discarded. Throws NOT_FOUND, INVALID_TRANSITION. */
export const discardJob = command({
  name: "discardJob",
  permission: "system:jobs",
  input: v.object(JobName),
  audits: attempted("job.discarded", "job", "jobId"),
  run: (op, { jobId, queue }) => move(op, "DISCARD", jobId, queue),
});

/** A discarded job is a dead one again. Writes job; emits job.discarded. Throws NOT_FOUND, INVALID_TRANSITION. */
export const restoreJob = command({
  name: "restoreJob",
  permission: "system:jobs",
  input: v.object({ jobId: IdSchema }),
  audits: attempted("job.discarded", "job", "jobId"),
  run: (op, { jobId }) => move(op, "RESTORE", jobId),
});

/** A delayed job runs now. Writes job; emits job.retried. Throws NOT_FOUND, INVALID_TRANSITION. */
export const promoteJob = command({
  name: "promoteJob",
  permission: "system:jobs",
  input: v.object({ jobId: IdSchema }),
  audits: attempted("job.retried", "job", "jobId"),
  run: (op, { jobId }) => move(op, "PROMOTE", jobId),
});

const EVENTS = { DISCARD: "job.discarded", RESTORE: "job.discarded", PROMOTE: "job.retried" } as const;

async function move(
  op: UnitOfWork,
  action: keyof typeof EVENTS,
  jobId: Id,
  queue?: string | null,
): Promise<{ jobId: Id }> {
  const { state, type } = await lockFor(op, action, jobId, queue);
  await change(op, action, jobId, null);
  await op.emit(EVENTS[action], {
    targets: [{ type: "job", id: jobId, label: type }],
    changes: [{ field: "state", before: state, after: JOB_ACTIONS[action].to }],
  });
  return { jobId };
}

/** @throws NotFoundError, InvalidTransitionError, InvalidInputError for a queue that there is not */
async function lockFor(
  op: UnitOfWork,
  action: JobAction,
  jobId: Id,
  queue: string | null | undefined,
): Promise<Locked> {
  const wanted = queue == null ? null : demandQueue(queue);
  const [job] = await op.query(LOCK, [op.tenantId, jobId]);
  if (!job || (wanted !== null && job.queue !== wanted)) throw new NotFoundError("job");
  demandAction(action, job.state);
  return job;
}

async function change(op: UnitOfWork, action: JobAction, jobId: Id, edited: Edited | null): Promise<void> {
  const values = [jobId, handOf(op.actor), edited && JSON.stringify(edited.payload), edited?.version ?? null];
  await op.query(CHANGES[action], values);
}

/** Whose hand it is, for the history. */
export function handOf(actor: Actor): string | null {
  if (actor.kind === "USER" || actor.kind === "RECIPIENT") return actor.email;
  return actor.kind === "ANONYMOUS" ? null : actor.name;
}

interface Edited {
  readonly payload: unknown;
  readonly version: number;
}

/** @throws InvalidInputError with paths below payload */
function checkedPayload({ type, payload: stored, payloadVersion }: Locked, edited: object): Edited {
  const definition = JOB_CATALOGUE.find((job) => job.type === type);
  if (!definition)
    throw invalid(
      ["payload"],
      "type",
      `This version of the product does not know ${type}: retry it as it is.`,
      type,
    );
  const version = versionOf(definition);
  if (payloadVersion > version)
    throw invalid(
      ["payload"],
      "version",
      `This version of the product reads ${type} up to version ${version}: retry it as it is.`,
      payloadVersion,
    );
  try {
    return { payload: parseInput(definition.payload, withHidden(edited, stored)), version };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.issues.map((issue) => ({ ...issue, path: ["payload", ...issue.path] })),
    );
  }
}
