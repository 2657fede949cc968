import cronstrue from "cronstrue";
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Command } from "#domain/command.js";
import { JOB_CATALOGUE } from "#domain/job-catalogue.js";
import {
  pauseSchedule,
  resumeSchedule,
  runScheduleNow,
  updateSchedule,
} from "#domain/jobs/change-schedule.js";
import { POLICIES } from "#domain/jobs/define-job.js";
import { readSchedules } from "#domain/jobs/schedules.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import { addressLoader } from "./jobs.loaders.js";
import {
  PauseSchedulePayload,
  ResumeSchedulePayload,
  RunScheduleNowPayload,
  UpdateSchedulePayload,
} from "./jobs.payloads.js";
import { JobType, Schedule, UpdateScheduleInput } from "./schedule.type.js";

@Resolver(() => Schedule)
export class SchedulesResolver {
  @Query(() => [Schedule])
  schedules(@Ctx() { op }: SchemaContext): Promise<Schedule[]> {
    return readSchedules(op);
  }

  @Query(() => [JobType], { description: "Every kind of job that there is." })
  async jobTypes(@Ctx() { op }: SchemaContext): Promise<JobType[]> {
    const schedules = new Map((await readSchedules(op)).map((schedule) => [schedule.name, schedule]));
    return JOB_CATALOGUE.map(({ type, queue, description, policy, idempotency, leaseSeconds }) => {
      const { firstDelay, cap, ...rest } = POLICIES[policy];
      return {
        name: type,
        queue,
        description,
        policy: { name: policy, firstDelaySeconds: firstDelay, capSeconds: cap, ...rest },
        idempotency,
        leaseSeconds,
        schedule: schedules.get(type) ?? null,
      };
    });
  }

  @FieldResolver(() => String, { description: "In words, such as: At 03:00." })
  description(@Root() { pattern }: Schedule): string {
    return cronstrue.toString(pattern, { use24HourTimeFormat: true, throwExceptionOnParseError: false });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "E-mail address; null also when it was somebody of another organisation.",
  })
  pausedBy(@Root() schedule: Schedule, @Ctx() { loaders }: SchemaContext): Promise<string | null> | null {
    return schedule.pausedById === null ? null : loaders.get(addressLoader).load(schedule.pausedById);
  }

  @Mutation(() => RunScheduleNowPayload, { description: "Once, now, whether it is paused or not." })
  runScheduleNow(
    @Arg("name", () => String) name: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("RunScheduleNowSuccess", async () => {
      const { jobId } = await op.run(runScheduleNow, { name }, { idempotencyKey });
      return { jobId, schedule: (await readSchedules(op, name))[0]! };
    });
  }

  @Mutation(() => PauseSchedulePayload, { description: "Its times pass, and are not made up for." })
  pauseSchedule(
    @Arg("name", () => String) name: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "PauseScheduleSuccess", pauseSchedule, { name }, key);
  }

  @Mutation(() => ResumeSchedulePayload, { description: "From its next time on." })
  resumeSchedule(
    @Arg("name", () => String) name: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "ResumeScheduleSuccess", resumeSchedule, { name }, key);
  }

  @Mutation(() => UpdateSchedulePayload, { description: "Workers follow within five seconds." })
  updateSchedule(
    @Arg("input", () => UpdateScheduleInput) input: UpdateScheduleInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: string | null,
  ) {
    return change(context, "UpdateScheduleSuccess", updateSchedule, input, key);
  }
}

function change<I, T extends string>(
  { op }: SchemaContext,
  success: T,
  command: Command<I, { name: string }>,
  input: unknown,
  idempotencyKey?: string | null,
) {
  return settle(success, async () => {
    const { name } = await op.run(command, input, { idempotencyKey });
    return { schedule: (await readSchedules(op, name))[0]! };
  });
}
