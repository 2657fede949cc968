import { Arg, Ctx, Field, ObjectType, Query, Resolver, Root, Subscription } from "type-graphql";
import { readFleet, type WorkerView } from "#domain/jobs/fleet.queries.js";
import { demandQueues } from "#domain/jobs/job-filter.js";
import type { JobView } from "#domain/jobs/jobs.queries.js";
import type { QueueView } from "#domain/jobs/queue-view.queries.js";
import { encodeCursor } from "#domain/page.js";
import { Answers } from "../answers-for.js";
import type { SchemaContext } from "../context.js";
import { Job, jobOf } from "./job.type.js";
import { Queue } from "./queue.type.js";
import { Worker, workerOf } from "./worker.type.js";

@ObjectType({ simpleResolvers: true })
export class JobEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => Job)
  job!: Job;
}

@ObjectType({ simpleResolvers: true })
export class QueueEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => Queue)
  queue!: Queue;
}

@ObjectType({ simpleResolvers: true })
export class WorkersEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => [Worker])
  workers!: readonly Worker[];
}

@Resolver()
export class JobsSubscriptions {
  @Query(() => [Worker], {
    description: "Alive and late ones, lost ones of the last hour, stopped ones of the last ten minutes.",
  })
  async workers(@Ctx() { op }: SchemaContext): Promise<Worker[]> {
    return (await readFleet(op)).map((worker) => workerOf(worker, op.tenantId));
  }

  @Answers("oneself")
  @Subscription(() => JobEvent, {
    description: "Each job that moves, as it is then, within a quarter of a second or two.",
    subscribe: ({ args, context }: { args: { queue?: string | null }; context: SchemaContext }) =>
      watchJobs(context, args.queue),
  })
  jobUpdated(
    @Root() job: JobView,
    @Arg("queue", () => String, { nullable: true }) _queue?: string | null,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): JobEvent {
    return { cursor: cursorNow(job.id), job: jobOf(job) };
  }

  @Answers("oneself")
  @Subscription(() => QueueEvent, {
    description: "The three queues at once, then each that changed, at most once a second each.",
    subscribe: ({ context }: { context: SchemaContext }) => watchQueues(context),
  })
  queueUpdated(
    @Root() queue: QueueView,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): QueueEvent {
    return { cursor: cursorNow(queue.name), queue };
  }

  @Answers("equalRights")
  @Subscription(() => WorkersEvent, {
    description: "All workers at once, then when something changed, and at least every five seconds.",
    subscribe: ({ context }: { context: SchemaContext }) => watchWorkers(context),
  })
  workersUpdated(
    @Root() workers: readonly WorkerView[],
    @Ctx() { op }: SchemaContext,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): WorkersEvent {
    return { cursor: cursorNow("workers"), workers: workers.map((worker) => workerOf(worker, op.tenantId)) };
  }
}

/** Every event is whole: a reconnect begins with the present state, whatever it comes after. */
const cursorNow = (id: string): string => encodeCursor([id, new Date().toISOString()]);

function watchJobs({ op, liveJobs }: SchemaContext, queue?: string | null): AsyncIterable<JobView> {
  const queues = demandQueues(queue);
  const { tenantId } = op;
  return liveJobs.jobs.watch((jobs) =>
    jobs.filter((job) => queues.includes(job.queue) && (job.tenantId === null || job.tenantId === tenantId)),
  );
}

function watchQueues({ liveJobs }: SchemaContext): AsyncIterable<QueueView> {
  const told = new Map<string, string>();
  return liveJobs.queues.watch((queues) =>
    queues.filter((queue) => {
      const text = JSON.stringify(queue);
      const isNew = told.get(queue.name) !== text;
      told.set(queue.name, text);
      return isNew;
    }),
  );
}

const WORKERS_AT_LEAST_EVERY_MS = 5_000;

function watchWorkers({ liveJobs }: SchemaContext): AsyncIterable<readonly WorkerView[]> {
  let told = { text: "", at: 0 };
  return liveJobs.workers.watch((workers) => {
    // How long somebody has been silent changes by itself.
    const text = JSON.stringify(workers.map((worker) => ({ ...worker, silentSeconds: null })));
    // A look that comes a moment early is the one of these five seconds.
    const isDue = performance.now() - told.at > WORKERS_AT_LEAST_EVERY_MS - 500;
    if (text === told.text && !isDue) return [];
    told = { text, at: performance.now() };
    return [workers];
  });
}
