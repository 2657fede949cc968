import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Command } from "#domain/command.js";
import { pauseQueue, resumeQueue, updateQueue } from "#domain/jobs/change-queue.js";
import type { QueueName } from "#domain/jobs/queue-names.js";
import { readQueues } from "#domain/jobs/queue-view.queries.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import { addressLoader } from "./jobs.loaders.js";
import { PauseQueuePayload, ResumeQueuePayload, UpdateQueuePayload } from "./jobs.payloads.js";
import { Queue, UpdateQueueInput } from "./queue.type.js";

@Resolver(() => Queue)
export class QueuesResolver {
  @Query(() => [Queue])
  queues(@Ctx() { op }: SchemaContext): Promise<Queue[]> {
    return readQueues(op);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "E-mail address; null also when it was somebody of another organisation.",
  })
  pausedBy(@Root() queue: Queue, @Ctx() { loaders }: SchemaContext): Promise<string | null> | null {
    return queue.pausedById === null ? null : loaders.get(addressLoader).load(queue.pausedById);
  }

  @Mutation(() => PauseQueuePayload, {
    description: "Nothing of it is begun any more, in the whole installation; what runs goes on to its end.",
  })
  pauseQueue(
    @Arg("name", () => String) name: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "PauseQueueSuccess", pauseQueue, { name }, key);
  }

  @Mutation(() => ResumeQueuePayload)
  resumeQueue(
    @Arg("name", () => String) name: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "ResumeQueueSuccess", resumeQueue, { name }, key);
  }

  @Mutation(() => UpdateQueuePayload, { description: "Workers follow within a second." })
  updateQueue(
    @Arg("input", () => UpdateQueueInput) input: UpdateQueueInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "UpdateQueueSuccess", updateQueue, input, key);
  }
}

function change<I, T extends string>(
  { op }: SchemaContext,
  success: T,
  command: Command<I, { name: QueueName }>,
  input: unknown,
  idempotencyKey?: string | null,
) {
  return settle(success, async () => {
    const { name } = await op.run(command, input, { idempotencyKey });
    return { queue: (await readQueues(op, name))[0]! };
  });
}
