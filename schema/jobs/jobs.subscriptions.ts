import { Arg, Ctx, Field, ObjectType, Query, Resolver, Root, Subscription } from "type-graphql";
import { readFleet, type WorkerView } from "#domain/jobs/fleet.queries.js";
import { demandQueues } from "#domain/jobs/job-filter.js";
import type { JobView } from "#domain/jobs/jobs.queries.js";
import type { QueueView } from "#domain/jobs/queue-view.queries.js";
import { Answers } from "../answers-for.js";
import type { SchemaContext } from "../context.js";
import { feedCursors, type FeedCursors } from "../feed/cursor.js";
import { FeedGap, MISSING_BEFORE, type After } from "../feed/gap.type.js";
import { movesAfter, wholeAfter, type Whole } from "../feed/whole.js";
import { Job, jobOf } from "./job.type.js";
import { Queue } from "./queue.type.js";
import { Worker, workerOf } from "./worker.type.js";

@ObjectType({ simpleResolvers: true })
export class JobEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => Job, { nullable: true, description: "Null in the event that tells of a gap, and only there." })
  job!: Job | null;

  @Field(() => FeedGap, {
    nullable: true,
    description: "Jobs may have moved since the cursor that this stream was opened with: ask for them anew.",
  })
  gap!: FeedGap | null;
}

@ObjectType({ simpleResolvers: true })
export class QueueEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => Queue)
  queue!: Queue;

  @Field(() => FeedGap, MISSING_BEFORE)
  gap!: FeedGap | null;
}

@ObjectType({ simpleResolvers: true })
export class WorkersEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => [Worker])
  workers!: readonly Worker[];

  @Field(() => FeedGap, MISSING_BEFORE)
  gap!: FeedGap | null;
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
    description:
      "Each job that moves, as it is then, within a quarter of a second or two. With `after` a gap first: what moved meanwhile is not kept.",
    subscribe: ({ args, context }: { args: After & { queue?: string | null }; context: SchemaContext }) =>
      movesAfter(watchJobs(context, args.queue), cursorsOf("jobUpdated", context.op), args.after),
  })
  jobUpdated(
    @Root() { view, gap }: Whole<JobView | null>,
    @Ctx() { op }: SchemaContext,
    @Arg("queue", () => String, { nullable: true }) _queue?: string | null,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): JobEvent {
    return { cursor: now(cursorsOf("jobUpdated", op)), job: view && jobOf(view), gap };
  }

  @Answers("oneself")
  @Subscription(() => QueueEvent, {
    description: "The three queues at once, then each that changed, at most once a second each.",
    subscribe: ({ args, context }: { args: After; context: SchemaContext }) =>
      wholeAfter(() => watchQueues(context), cursorsOf("queueUpdated", context.op), args.after),
  })
  queueUpdated(
    @Root() { view, gap }: Whole<QueueView>,
    @Ctx() { op }: SchemaContext,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): QueueEvent {
    return { cursor: now(cursorsOf("queueUpdated", op)), queue: view, gap };
  }

  @Answers("equalRights")
  @Subscription(() => WorkersEvent, {
    description: "All workers at once, then when something changed, and at least every five seconds.",
    subscribe: ({ args, context }: { args: After; context: SchemaContext }) =>
      wholeAfter(() => watchWorkers(context), cursorsOf("workersUpdated", context.op), args.after),
  })
  workersUpdated(
    @Root() { view, gap }: Whole<readonly WorkerView[]>,
    @Ctx() { op }: SchemaContext,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): WorkersEvent {
    return {
      cursor: now(cursorsOf("workersUpdated", op)),
      workers: view.map((worker) => workerOf(worker, op.tenantId)),
      gap,
    };
  }
}

const cursorsOf = (subscription: string, { tenantId }: SchemaContext["op"]): FeedCursors =>
  feedCursors(subscription, tenantId);
/** Every event is whole: its place is the time at which it was told. */
const now = (cursors: FeedCursors): string => cursors.of(new Date().toISOString());

function watchJobs({ op, liveJobs }: SchemaContext, queue?: string | null): () => AsyncIterable<JobView> {
  const queues = demandQueues(queue);
  const { tenantId } = op;
  const isSeen = (job: JobView) =>
    queues.includes(job.queue) && (job.tenantId === null || job.tenantId === tenantId);
  return () => liveJobs.jobs.watch((jobs) => jobs.filter(isSeen));
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
