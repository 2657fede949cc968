import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Command } from "#domain/command.js";
import type { Id } from "#domain/ids.js";
import { discardDeadJobs, retryDeadJobs } from "#domain/jobs/change-dead-jobs.js";
import { discardJob, promoteJob, restoreJob, retryJob } from "#domain/jobs/change-job.js";
import { failedJobGroups, jobMetrics } from "#domain/jobs/job-figures.queries.js";
import { demandQueues } from "#domain/jobs/job-filter.js";
import type { VisibleJobState } from "#domain/jobs/job.lifecycle.js";
import { countJobs, findJob, listJobs } from "#domain/jobs/jobs.queries.js";
import { subjectIdOf } from "#domain/jobs/job-subject.queries.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import { JSONObject } from "../scalars.js";
import {
  FailedJobGroup,
  Job,
  JobAttempt,
  JobConnection,
  JobFilterInput,
  jobOf,
  JobOrderInput,
  JobStateEnum,
  JobSubjectType,
  JobTypeMetrics,
} from "./job.type.js";
import { addressLoader, knownAddressLoader, subjectLoader } from "./jobs.loaders.js";
import {
  DiscardDeadJobsPayload,
  DiscardJobPayload,
  PromoteJobPayload,
  RestoreJobPayload,
  RetryDeadJobsPayload,
  RetryJobPayload,
} from "./jobs.payloads.js";

const QUEUE = { nullable: true, description: "emails, campaigns or analytics." } as const;
const PAGES = { campaign: "/campaigns/", import: "/leads/import/", user: "/users?user=" } as const;

@Resolver(() => JobAttempt)
export class JobAttemptResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The e-mail address of the person who did it; null also when it was somebody of another organisation.",
  })
  by(@Root() attempt: JobAttempt, @Ctx() { loaders }: SchemaContext): Promise<string | null> | null {
    return attempt.by === null ? null : loaders.get(knownAddressLoader).load(attempt.by);
  }
}

@Resolver(() => Job)
export class JobsResolver {
  @Query(() => Job, { nullable: true })
  async job(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("queue", () => String, QUEUE) queue?: string | null,
  ) {
    const queues = demandQueues(queue);
    const job = await findJob(op, op.scope, idArgument(id, "job"));
    return jobOf(found(job && queues.includes(job.queue) ? job : null, "job"));
  }

  @Query(() => JobConnection, { description: "The organisation's jobs and the product's own." })
  async jobs(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("queue", () => String, QUEUE) queue?: string | null,
    @Arg("state", () => JobStateEnum, { nullable: true }) state?: VisibleJobState | null,
    @Arg("filter", () => JobFilterInput, { nullable: true }) filter?: JobFilterInput | null,
    @Arg("orderBy", () => JobOrderInput, { nullable: true }) orderBy?: JobOrderInput | null,
  ) {
    const order = orderBy ?? ({ field: "CREATED_AT", direction: "DESC" } as const);
    const place = { queues: demandQueues(queue), state: state ?? null };
    const wanted = filter ?? {};
    const rows = await listJobs(op, op.scope, place, wanted, order, pageRequest(page));
    const count = () => countJobs(op, op.scope, place, wanted, order.field);
    return connectionOf(rows, (row) => keysetCursor(row.sortKey, row.id), jobOf, count);
  }

  @Query(() => [FailedJobGroup], { description: "At most 100, largest first." })
  async failedJobGroups(
    @Ctx() { op }: SchemaContext,
    @Arg("queue", () => String, QUEUE) queue?: string | null,
  ): Promise<FailedJobGroup[]> {
    return failedJobGroups(op, op.scope, demandQueues(queue));
  }

  @Query(() => [JobTypeMetrics], { description: "Of the last hours, 1 to 168." })
  async jobMetrics(
    @Ctx() { op }: SchemaContext,
    @Arg("hours", () => Int, { nullable: true, defaultValue: 24 }) hours: number | null,
    @Arg("queue", () => String, QUEUE) queue?: string | null,
  ): Promise<JobTypeMetrics[]> {
    return jobMetrics(op, op.scope, demandQueues(queue), hours ?? 24);
  }

  @FieldResolver(() => String, { nullable: true, description: "The e-mail address of whoever started it." })
  initiatedBy(@Root() job: Job, @Ctx() { loaders }: SchemaContext): Promise<string | null> | null {
    return job.initiatedById === null ? null : loaders.get(addressLoader).load(job.initiatedById);
  }

  @FieldResolver(() => JobSubjectType, { nullable: true })
  async subject(@Root() job: Job, @Ctx() { loaders }: SchemaContext): Promise<JobSubjectType | null> {
    const id = subjectIdOf(job.stored);
    const subject = id === null ? null : await loaders.get(subjectLoader).load(id);
    return subject && { ...subject, href: `${PAGES[subject.type]}${subject.id}` };
  }

  @Mutation(() => RetryJobPayload, {
    description:
      "A failed or cancelled job is due now, with all its attempts before it and its history. `payload`: as it is shown, edited; what is hidden in it stays.",
  })
  retryJob(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("queue", () => String, QUEUE) queue?: string | null,
    @Arg("payload", () => JSONObject, { nullable: true }) payload?: Record<string, unknown> | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { jobId: idArgument(id, "job"), queue, payload };
    return change(context, "RetryJobSuccess", retryJob, input, key);
  }

  @Mutation(() => DiscardJobPayload, { description: "It will not run; `restoreJob` takes that back." })
  discardJob(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("queue", () => String, QUEUE) queue?: string | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "DiscardJobSuccess", discardJob, { jobId: idArgument(id, "job"), queue }, key);
  }

  @Mutation(() => RestoreJobPayload, { description: "A discarded job is a failed one again." })
  restoreJob(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "RestoreJobSuccess", restoreJob, { jobId: idArgument(id, "job") }, key);
  }

  @Mutation(() => PromoteJobPayload, { description: "A delayed job runs now." })
  promoteJob(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "PromoteJobSuccess", promoteJob, { jobId: idArgument(id, "job") }, key);
  }

  @Mutation(() => RetryDeadJobsPayload, { description: "The oldest failed jobs that match, at most 1,000." })
  retryDeadJobs(
    @Arg("queue", () => String) queue: string,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => JobFilterInput, { nullable: true }) filter?: JobFilterInput | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("RetryDeadJobsSuccess", () => op.run(retryDeadJobs, { queue, filter }, { idempotencyKey }));
  }

  @Mutation(() => DiscardDeadJobsPayload, {
    description: "The oldest failed jobs that match, at most 1,000.",
  })
  discardDeadJobs(
    @Arg("queue", () => String) queue: string,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => JobFilterInput, { nullable: true }) filter?: JobFilterInput | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("DiscardDeadJobsSuccess", () =>
      op.run(discardDeadJobs, { queue, filter }, { idempotencyKey }),
    );
  }
}

/** Runs a command that answers a job's id, and answers the job as it is then. */
function change<I, T extends string>(
  { op }: SchemaContext,
  success: T,
  command: Command<I, { jobId: Id }>,
  input: unknown,
  idempotencyKey?: string | null,
) {
  return settle(success, async () => {
    const { jobId } = await op.run(command, input, { idempotencyKey });
    return { job: jobOf(found(await findJob(op, op.scope, jobId), "job")) };
  });
}
