import { Field, ID, Int, ObjectType, type ClassType } from "type-graphql";
import { Conflict, InvalidInput, InvalidTransition, payloadUnion } from "../payload.js";
import { Job } from "./job.type.js";
import { Queue } from "./queue.type.js";
import { Schedule } from "./schedule.type.js";

/** The success member of a mutation that answers one thing. */
function success<F extends string, T extends object>(
  name: string,
  field: F,
  type: ClassType<T>,
): ClassType<Record<F, T>> {
  @ObjectType(`${name}Success`, { simpleResolvers: true })
  class Success {}
  Field(() => type)(Success.prototype, field);
  return Success as ClassType<Record<F, T>>;
}

const changesJob = [InvalidInput, InvalidTransition, Conflict];
const ofJob = (name: string) => payloadUnion(`${name}Payload`, success(name, "job", Job), changesJob);
export const RetryJobPayload = ofJob("RetryJob");
export const DiscardJobPayload = ofJob("DiscardJob");
export const RestoreJobPayload = ofJob("RestoreJob");
export const PromoteJobPayload = ofJob("PromoteJob");

const changesSetting = [InvalidInput, Conflict];
const ofQueue = (name: string) =>
  payloadUnion(`${name}Payload`, success(name, "queue", Queue), changesSetting);
export const PauseQueuePayload = ofQueue("PauseQueue");
export const ResumeQueuePayload = ofQueue("ResumeQueue");
export const UpdateQueuePayload = ofQueue("UpdateQueue");

const ofSchedule = (name: string) =>
  payloadUnion(`${name}Payload`, success(name, "schedule", Schedule), changesSetting);
export const PauseSchedulePayload = ofSchedule("PauseSchedule");
export const ResumeSchedulePayload = ofSchedule("ResumeSchedule");
export const UpdateSchedulePayload = ofSchedule("UpdateSchedule");

@ObjectType({ simpleResolvers: true })
class RunScheduleNowSuccess {
  @Field(() => Schedule)
  schedule!: Schedule;

  @Field(() => ID)
  jobId!: string;
}
export const RunScheduleNowPayload = payloadUnion(
  "RunScheduleNowPayload",
  RunScheduleNowSuccess,
  changesSetting,
);

@ObjectType({ simpleResolvers: true })
class RetryDeadJobsSuccess {
  @Field(() => Int)
  retried!: number;

  @Field(() => Int, { description: "How many more match; call again." })
  left!: number;
}
export const RetryDeadJobsPayload = payloadUnion(
  "RetryDeadJobsPayload",
  RetryDeadJobsSuccess,
  changesSetting,
);

@ObjectType({ simpleResolvers: true })
class DiscardDeadJobsSuccess {
  @Field(() => Int)
  discarded!: number;

  @Field(() => Int, { description: "How many more match; call again." })
  left!: number;
}
export const DiscardDeadJobsPayload = payloadUnion(
  "DiscardDeadJobsPayload",
  DiscardDeadJobsSuccess,
  changesSetting,
);
