import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { JOB_ATTEMPT_OUTCOMES, type JobAttemptOutcome } from "#domain/jobs/history.js";
import {
  actionsOn,
  JOB_ACTION_NAMES,
  JOB_STATES,
  type JobAction,
  type VisibleJobState,
} from "#domain/jobs/job.lifecycle.js";
import { JOB_ORDER_FIELDS, type JobOrderField, type JobView } from "#domain/jobs/jobs.queries.js";
import { shownPayload } from "#domain/jobs/shown-payload.js";
import { OrderDirection } from "../arguments.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import { DateTime, JSONObject } from "../scalars.js";

export const JobStateEnum = enumOf("JobState", JOB_STATES, "DELAYED: it waits and is due later.");
export const JobActionEnum = enumOf(
  "JobAction",
  JOB_ACTION_NAMES,
  "RESTORE: a discarded one is a failed one again. PROMOTE: a delayed one runs now.",
);
export const JobAttemptOutcomeEnum = enumOf(
  "JobAttemptOutcome",
  JOB_ATTEMPT_OUTCOMES,
  "How a run ended, or what a person did (BY_HAND).",
);
export const JobOrderFieldEnum = enumOf(
  "JobOrderField",
  JOB_ORDER_FIELDS,
  "By FINISHED_AT, what has not ended is left out.",
);

@ObjectType({ simpleResolvers: true, description: "A run that ended, or what a person did with the job." })
export class JobAttempt {
  @Field(() => Int)
  attempt!: number;

  @Field(() => DateTime, { nullable: true, description: "Null when it was not a run." })
  startedAt!: string | null;

  @Field(() => DateTime)
  endedAt!: string;

  @Field(() => JobAttemptOutcomeEnum)
  outcome!: JobAttemptOutcome;

  @Field(() => String, { nullable: true })
  error!: string | null;

  @Field(() => ID, { nullable: true })
  workerId!: string | null;

  /** Of this the resolver makes `by`. */
  by!: string | null;
}

@ObjectType({ simpleResolvers: true })
export class JobWorker {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  host!: string;

  @Field(() => Int)
  pid!: number;
}

@ObjectType("JobSubject", {
  simpleResolvers: true,
  description: "The campaign, import or person that it is about.",
})
export class JobSubjectType {
  @Field(() => String, { description: "campaign, import or user." })
  type!: string;

  @Field(() => ID)
  id!: string;

  @Field(() => String)
  label!: string;

  @Field(() => String, { nullable: true, description: "Its page in the console." })
  href!: string | null;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: "A piece of work that a worker does." })
export class Job extends Node {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  queue!: string;

  @Field(() => JobStateEnum)
  state!: VisibleJobState;

  @Field(() => Int)
  attempts!: number;

  @Field(() => Int)
  maxAttempts!: number;

  @Field(() => Int, { description: "How often its worker ended or fell silent while it ran." })
  crashes!: number;

  @Field(() => Boolean, { description: "Somebody waits for it: it goes ahead of the rest of its queue." })
  isUrgent!: boolean;

  @Field(() => Boolean, { description: "Kept aside because it ended its worker three times." })
  isQuarantined!: boolean;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime)
  dueAt!: string;

  @Field(() => DateTime, { nullable: true })
  startedAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  finishedAt!: string | null;

  @Field(() => String, { nullable: true })
  error!: string | null;

  @Field(() => JSONObject, { nullable: true, description: "What it says of how far it is." })
  progress!: object | null;

  @Field(() => JSONObject, { description: "Secrets and addresses are hidden." })
  payload!: object;

  @Field(() => [JobAttempt], { description: "Newest first." })
  history!: readonly JobAttempt[];

  @Field(() => String, { nullable: true })
  requestId!: string | null;

  @Field(() => String, { nullable: true })
  idempotencyKey!: string | null;

  @Field(() => JobWorker, { nullable: true, description: "Who runs it, or ran it last." })
  worker!: JobWorker | null;

  @Field(() => [JobActionEnum], { description: "What its state allows." })
  availableActions!: readonly JobAction[];

  /** Of these the resolver makes `subject` and `initiatedBy`. */
  stored!: unknown;
  initiatedById!: string | null;
}

const isoOf = (time: string | null): string | null => (time === null ? null : new Date(time).toISOString());

export function jobOf(view: JobView): Job {
  const { payload, history, workerId, workerHost, workerPid, ...rest } = view;
  return Object.assign(new Job(), rest, {
    stored: payload,
    payload: shownPayload(payload) as object,
    history: history.toReversed().map((entry) => ({
      ...entry,
      startedAt: isoOf(entry.startedAt),
      endedAt: isoOf(entry.endedAt)!,
    })),
    worker:
      workerId !== null && workerHost !== null ? { id: workerId, host: workerHost, pid: workerPid! } : null,
    availableActions: actionsOn(view.state),
  });
}

export const JobConnection = connectionType("Job", () => Job);

@InputType("JobFilter")
export class JobFilterInput {
  @Field(() => String, { nullable: true, description: "The name of a JobType." })
  type?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Part of the id, the error or the payload as it is shown.",
  })
  text?: string | null;

  @Field(() => String, { nullable: true, description: "As failedJobGroups tells it." })
  errorGroup?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Made at this time or later." })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Made before." })
  to?: Date | null;
}

@InputType("JobOrder")
export class JobOrderInput {
  @Field(() => JobOrderFieldEnum)
  field!: JobOrderField;

  @Field(() => OrderDirection)
  direction!: "ASC" | "DESC";
}

@ObjectType({
  simpleResolvers: true,
  description: "Failed jobs whose errors differ in numbers and ids only.",
})
export class FailedJobGroup {
  @Field(() => String)
  errorGroup!: string;

  @Field(() => String, { description: "The error of the newest." })
  example!: string;

  @Field(() => [String])
  types!: readonly string[];

  @Field(() => Int)
  count!: number;

  @Field(() => DateTime)
  firstAt!: string;

  @Field(() => DateTime)
  lastAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "The jobs of a type that ended. Null without runs." })
export class JobTypeMetrics {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  queue!: string;

  @Field(() => Int)
  runs!: number;

  @Field(() => Int)
  failed!: number;

  @Field(() => Float, { nullable: true })
  waitP50Ms!: number | null;

  @Field(() => Float, { nullable: true })
  waitP95Ms!: number | null;

  @Field(() => Float, { nullable: true })
  runP50Ms!: number | null;

  @Field(() => Float, { nullable: true })
  runP95Ms!: number | null;
}
