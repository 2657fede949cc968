import { Field, Float, InputType, Int, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true, description: "Ten seconds of a queue." })
export class QueueTick {
  @Field(() => DateTime, { description: "When they begin." })
  at!: string;

  @Field(() => Int)
  succeeded!: number;

  @Field(() => Int)
  failed!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: "A queue of this installation: its figures are those of all organisations together.",
})
export class Queue {
  @Field(() => String, { description: "emails, campaigns or analytics." })
  name!: string;

  @Field(() => Int, { description: "Due now." })
  waiting!: number;

  @Field(() => Int, { description: "Due later." })
  delayed!: number;

  @Field(() => Int)
  active!: number;

  @Field(() => Int)
  failed!: number;

  @Field(() => Int)
  cancelled!: number;

  @Field(() => Int)
  discarded!: number;

  @Field(() => Int, { description: "In the last 24 hours." })
  succeeded!: number;

  @Field(() => Boolean)
  paused!: boolean;

  @Field(() => DateTime, { nullable: true })
  pausedAt!: string | null;

  @Field(() => Float, { nullable: true, description: "Null when nothing is due." })
  oldestWaitingSeconds!: number | null;

  @Field(() => Int, { description: "Jobs at once in each worker." })
  concurrency!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "Mails at once in each worker, as set or else as the workers were started; null for other queues, and while neither says so.",
  })
  lanes!: number | null;

  @Field(() => Int, { description: "Places of all live workers." })
  capacity!: number;

  @Field(() => Int, { description: "How many of them are busy." })
  busy!: number;

  @Field(() => [QueueTick], { description: "The last five minutes by 10 seconds, oldest first." })
  throughput!: readonly QueueTick[];

  @Field(() => Float, { description: "Share of the jobs ended in the last hour that failed, 0 to 1." })
  failureRate!: number;

  @Field(() => Float, { nullable: true, description: "Of the last five minutes; null without runs." })
  p95RunMs!: number | null;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;

  /** Of this the resolver makes `pausedBy`. */
  pausedById!: string | null;
}

@InputType()
export class UpdateQueueInput {
  @Field(() => String)
  name!: string;

  @Field(() => Int, { nullable: true, description: "1 to 64; stays when left out." })
  concurrency?: number | null;

  @Field(() => Int, { nullable: true, description: "1 to 64, of emails only; stays when left out." })
  lanes?: number | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}
