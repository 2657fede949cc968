import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { WORKER_STATUSES, type WorkerStatus, type WorkerView } from "#domain/jobs/fleet.queries.js";
import type { Id } from "#domain/ids.js";
import { enumOf } from "../enums.js";
import { DateTime } from "../scalars.js";
import { Job, jobOf } from "./job.type.js";

export const WorkerStatusEnum = enumOf(
  "WorkerStatus",
  WORKER_STATUSES,
  "LATE: silent for 10 seconds. LOST: for 15, its jobs go to others. STOPPED: in order.",
);

@ObjectType({ simpleResolvers: true, description: "A process that works, as it said last." })
export class Worker {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  host!: string;

  @Field(() => Int)
  pid!: number;

  @Field(() => String)
  version!: string;

  @Field(() => [String])
  queues!: readonly string[];

  @Field(() => Int, { description: "Places: job slots and mail lanes together." })
  lanes!: number;

  @Field(() => Int)
  busyLanes!: number;

  @Field(() => DateTime)
  startedAt!: string;

  @Field(() => DateTime)
  lastSeenAt!: string;

  @Field(() => Float)
  silentSeconds!: number;

  @Field(() => WorkerStatusEnum)
  status!: WorkerStatus;

  @Field(() => Float, { nullable: true, description: "Of one core." })
  cpuPercent!: number | null;

  @Field(() => Float, { nullable: true, description: "Resident set." })
  memoryBytes!: number | null;

  @Field(() => Float, { nullable: true })
  eventLoopP99Ms!: number | null;

  @Field(() => [Job], { description: "Those of the organisation and of the product itself." })
  currentJobs!: readonly Job[];
}

export function workerOf({ jobs, ...worker }: WorkerView, tenantId: Id): Worker {
  const seen = jobs.filter((job) => job.tenantId === null || job.tenantId === tenantId);
  return { ...worker, currentJobs: seen.map(jobOf) };
}
