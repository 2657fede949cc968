import { Field, ID, Int, ObjectType, type ClassType } from "type-graphql";
import type { EnrollmentState } from "#domain/campaigns/index.js";
import { STOP_REASONS, type StopReason } from "#domain/emails/index.js";
import {
  ENROLLMENT_EVENTS,
  GOALS,
  type EnrollmentEventType,
  type EnrollmentEventView,
  type EnrollmentView,
} from "#domain/enrollments/index.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, InvalidTransition, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

export const EnrollmentStateEnum = enumOf(
  "EnrollmentState",
  ["PENDING", "ACTIVE", "WAITING", "PAUSED", "FINISHED", "STOPPED", "SKIPPED"] as const,
  "WAITING: for the next step's time. PAUSED: not now, until a time. SKIPPED: left out by a rule.",
);
export const StopReasonEnum = enumOf(
  "StopReason",
  STOP_REASONS,
  "Why a lead's sequence ended before its last step.",
);
export const GoalEnum = enumOf("Goal", GOALS, "OTHER says in its note which.");
export const EnrollmentEventTypeEnum = enumOf("EnrollmentEventType", ENROLLMENT_EVENTS);

@ObjectType({
  simpleResolvers: true,
  description: "What happened to a lead's place in a campaign, beside its mails.",
})
export class EnrollmentEvent implements Omit<EnrollmentEventView, "enrollmentId"> {
  @Field(() => ID)
  id!: string;

  @Field(() => EnrollmentEventTypeEnum)
  type!: EnrollmentEventType;

  @Field(() => DateTime, { description: "When it was, as recorded." })
  at!: string;

  @Field(() => String, { nullable: true, description: "The goal, or the reason of a stop." })
  label!: string | null;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => DateTime, { nullable: true, description: "Of a pause." })
  until!: string | null;

  @Field(() => String, { nullable: true, description: "Who recorded it; null: the product itself." })
  by!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A lead's place in a campaign." })
export class Enrollment implements EnrollmentView {
  @Field(() => ID)
  id!: string;

  @Field(() => ID)
  campaignId!: string;

  @Field(() => EnrollmentStateEnum)
  state!: EnrollmentState;

  @Field(() => StopReasonEnum, { nullable: true })
  stopReason!: StopReason | null;

  @Field(() => String, { nullable: true })
  skipReason!: string | null;

  @Field(() => DateTime, { nullable: true, description: "While PAUSED: it goes on by itself then." })
  pausedUntil!: string | null;

  leadId!: string;
}

export const enrollmentOf = (view: EnrollmentView): Enrollment => Object.assign(new Enrollment(), view);

@ObjectType({ simpleResolvers: true })
export class RecordReplySuccess {
  @Field(() => Enrollment)
  enrollment!: Enrollment;

  @Field(() => Int, { description: "Leads of the same company whose sequences were stopped by the rule." })
  companyStopped!: number;
}
export const RecordReplyPayload = payloadUnion("RecordReplyPayload", RecordReplySuccess, [
  InvalidInput,
  Conflict,
]);

/** `<name>Success { enrollment }` and its union with the failures of a change. */
function enrollmentPayload(name: string, ...errors: ClassType[]) {
  @ObjectType(`${name}Success`, { simpleResolvers: true })
  class Success {
    @Field(() => Enrollment)
    enrollment!: Enrollment;
  }
  return payloadUnion(`${name}Payload`, Success, [...errors, InvalidInput, Conflict]);
}
export const RecordGoalPayload = enrollmentPayload("RecordGoal");
export const StopEnrollmentPayload = enrollmentPayload("StopEnrollment", InvalidTransition);
export const PauseEnrollmentPayload = enrollmentPayload("PauseEnrollment", InvalidTransition);
export const ResumeEnrollmentPayload = enrollmentPayload("ResumeEnrollment");
