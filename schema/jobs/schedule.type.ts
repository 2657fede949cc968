import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import type { VisibleJobState } from "#domain/jobs/job.lifecycle.js";
import { MISSED_RUNS, type MissedRuns } from "#domain/jobs/schedule.js";
import type { ScheduleRunView } from "#domain/jobs/schedules.js";
import { enumOf } from "../enums.js";
import { DateTime } from "../scalars.js";
import { JobStateEnum } from "./job.type.js";

export const MissedRunsEnum = enumOf(
  "MissedRuns",
  MISSED_RUNS,
  "What becomes of times that passed while no worker ran: the newest is made up for, each is, or none.",
);
export const ScheduleCauseEnum = enumOf(
  "ScheduleCause",
  ["SCHEDULE", "MISSED", "NOW"] as const,
  "MISSED: made up for. NOW: somebody asked for it.",
);

@ObjectType({ simpleResolvers: true, description: "One time that it was due." })
export class ScheduleRun {
  @Field(() => DateTime)
  fireAt!: string;

  @Field(() => ScheduleCauseEnum)
  cause!: ScheduleRunView["cause"];

  @Field(() => ID, { nullable: true, description: "Null: left out, the one before had not ended." })
  jobId!: string | null;

  @Field(() => JobStateEnum, { nullable: true, description: "Null also when the job has been cleaned up." })
  state!: VisibleJobState | null;

  @Field(() => Float, { nullable: true })
  durationMs!: number | null;
}

@ObjectType({ simpleResolvers: true, description: "When the product adds a job by itself." })
export class Schedule {
  @Field(() => String, { description: "The name of its JobType." })
  name!: string;

  @Field(() => String)
  queue!: string;

  @Field(() => String, { description: "Five fields of cron." })
  pattern!: string;

  @Field(() => String, { description: "A name of the IANA database, in which the pattern is read." })
  timezone!: string;

  @Field(() => MissedRunsEnum)
  missedRuns!: MissedRuns;

  @Field(() => Boolean, { description: "It differs from what the product has." })
  isChanged!: boolean;

  @Field(() => Boolean)
  paused!: boolean;

  @Field(() => DateTime, { nullable: true })
  pausedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "Null while paused." })
  nextRunAt!: Date | null;

  @Field(() => [ScheduleRun], { description: "Newest first, at most 20." })
  recentRuns!: readonly ScheduleRun[];

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;

  /** Of this the resolver makes `pausedBy`. */
  pausedById!: string | null;
}

@InputType()
export class UpdateScheduleInput {
  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true, description: "Five fields of cron; stays when left out." })
  pattern?: string | null;

  @Field(() => String, { nullable: true })
  timezone?: string | null;

  @Field(() => MissedRunsEnum, { nullable: true })
  missedRuns?: MissedRuns | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Back to what the product has; what is given beside it counts.",
  })
  reset?: boolean | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: "How often and after how long a job is tried again." })
export class RetryPolicy {
  @Field(() => String)
  name!: string;

  @Field(() => Int)
  attempts!: number;

  @Field(() => Float)
  firstDelaySeconds!: number;

  @Field(() => Float, { description: "Each delay is so many times the one before." })
  factor!: number;

  @Field(() => Float)
  capSeconds!: number;

  @Field(() => Float, { description: "Share by which a delay varies either way." })
  jitter!: number;

  @Field(() => String)
  description!: string;
}

@ObjectType({ simpleResolvers: true, description: "A kind of job that there is." })
export class JobType {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  queue!: string;

  @Field(() => String)
  description!: string;

  @Field(() => RetryPolicy)
  policy!: RetryPolicy;

  @Field(() => String, { description: "What makes a second one of it the same." })
  idempotency!: string;

  @Field(() => Int, { description: "So long without a sign of life, and another worker takes it over." })
  leaseSeconds!: number;

  @Field(() => Schedule, { nullable: true })
  schedule!: Schedule | null;
}
