import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import type { Command } from "#domain/command.js";
import {
  findEnrollments,
  pauseEnrollment,
  recordGoal,
  recordReply,
  resumeEnrollment,
  stopEnrollment,
  type Goal,
  type PlaceOfLead,
} from "#domain/enrollments/index.js";
import type { Operation } from "#domain/operation.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { Lead } from "../leads/lead.type.js";
import { leadLoader } from "../leads/leads.loaders.js";
import { settle } from "../payload.js";
import { DateTime } from "../scalars.js";
import {
  Enrollment,
  EnrollmentEvent,
  enrollmentOf,
  GoalEnum,
  PauseEnrollmentPayload,
  RecordGoalPayload,
  RecordReplyPayload,
  ResumeEnrollmentPayload,
  StopEnrollmentPayload,
} from "./enrollment.type.js";
import { enrollmentEventsLoader } from "./enrollments.loaders.js";

@Resolver(() => Enrollment)
export class EnrollmentsResolver {
  @Mutation(() => RecordReplyPayload, {
    description:
      "A lead has answered: its sequence ends, and by the campaign's rule those of its leads at the same company.",
  })
  recordReply(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("leadId", () => ID) leadId: string,
    @Ctx() { op }: SchemaContext,
    @Arg("at", () => DateTime, { nullable: true, description: "When it came; left out: now." })
    at?: Date | null,
    @Arg("note", () => String, { nullable: true }) note?: string | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("RecordReplySuccess", async () => {
      const input = { ...placeOf(campaignId, leadId), at, note };
      const { companyStopped, ...place } = await op.run(recordReply, input, { idempotencyKey });
      return { enrollment: await enrollmentAt(op, place), companyStopped };
    });
  }

  @Mutation(() => RecordGoalPayload, {
    description: "What the campaign is for was reached: by the campaign's rule the lead's sequence ends.",
  })
  recordGoal(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("leadId", () => ID) leadId: string,
    @Arg("label", () => GoalEnum) label: Goal,
    @Ctx() context: SchemaContext,
    @Arg("note", () => String, { nullable: true, description: "OTHER needs one." }) note?: string | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { ...placeOf(campaignId, leadId), label, note };
    return change(context, "RecordGoalSuccess", recordGoal, input, key);
  }

  @Mutation(() => StopEnrollmentPayload, {
    description: "Ends a lead's sequence by hand; what has not been begun is cancelled.",
  })
  stopEnrollment(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("leadId", () => ID) leadId: string,
    @Ctx() context: SchemaContext,
    @Arg("note", () => String, { nullable: true }) note?: string | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { ...placeOf(campaignId, leadId), note };
    return change(context, "StopEnrollmentSuccess", stopEnrollment, input, key);
  }

  @Mutation(() => PauseEnrollmentPayload, {
    description:
      "Not now: nothing is sent to the lead before `until`, and the rest is planned from then on. It goes on by itself.",
  })
  pauseEnrollment(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("leadId", () => ID) leadId: string,
    @Arg("until", () => DateTime, { description: "In the future, at most a year ahead." }) until: Date,
    @Ctx() context: SchemaContext,
    @Arg("note", () => String, { nullable: true }) note?: string | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    const input = { ...placeOf(campaignId, leadId), until, note };
    return change(context, "PauseEnrollmentSuccess", pauseEnrollment, input, key);
  }

  @Mutation(() => ResumeEnrollmentPayload, { description: "Ends a lead's rest early." })
  resumeEnrollment(
    @Arg("campaignId", () => ID) campaignId: string,
    @Arg("leadId", () => ID) leadId: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "ResumeEnrollmentSuccess", resumeEnrollment, placeOf(campaignId, leadId), key);
  }

  @FieldResolver(() => Lead)
  async lead(@Root() { leadId }: Enrollment, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(leadLoader).load(leadId), "lead");
  }

  @FieldResolver(() => [EnrollmentEvent], { description: "The newest first, at most 50." })
  events(@Root() { id }: Enrollment, @Ctx() { loaders }: SchemaContext) {
    return loaders.get(enrollmentEventsLoader).load(id);
  }
}

const placeOf = (campaignId: string, leadId: string): PlaceOfLead => ({
  campaignId: idArgument(campaignId, "campaign"),
  leadId: idArgument(leadId, "lead"),
});

async function enrollmentAt(op: Operation, place: PlaceOfLead): Promise<Enrollment> {
  return enrollmentOf(found((await findEnrollments(op, op.tenantId, [place]))[0], "enrollment"));
}

/** Runs a command that answers a lead's place, and answers it as it is then. */
function change<I, T extends string>(
  { op }: SchemaContext,
  success: T,
  command: Command<I, PlaceOfLead>,
  input: unknown,
  idempotencyKey?: string | null,
) {
  return settle(success, async () => ({
    enrollment: await enrollmentAt(op, await op.run(command, input, { idempotencyKey })),
  }));
}
