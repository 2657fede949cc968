import type { StopRules as Rules } from "#domain/campaigns/index.js";
import { Field, InputType, Int, ObjectType } from "type-graphql";
import type { SendSchedule } from "#domain/planning/index.js";
import { DateTime } from "../scalars.js";

@InputType({
  description: "When mail may leave, and how much of it. What is left out is without a limit.",
})
export class CampaignScheduleInput {
  @Field(() => String, {
    nullable: true,
    description:
      "IANA zone, UTC by default: of leads without one, of holidays, and of the days that perDay counts.",
  })
  timezone?: string;

  @Field(() => Boolean, {
    nullable: true,
    description: "The window is read on the clock of each lead. Default true.",
  })
  inLeadZone?: boolean | null;

  @Field(() => [Int], { nullable: true, description: "ISO 8601: 1 is Monday, 7 is Sunday. Default all." })
  weekdays?: number[] | null;

  @Field(() => String, { nullable: true, description: "Local time HH:MM at which the window opens." })
  from?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Local time HH:MM at which it closes; 24:00 is the day's end.",
  })
  until?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "Dates on which nothing leaves, such as 2027-01-01.",
  })
  holidays?: string[] | null;

  @Field(() => Int, { nullable: true, description: "Mails of the campaign in one hour." })
  perHour?: number | null;

  @Field(() => Int, { nullable: true, description: "Mails of the campaign in one day." })
  perDay?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Seconds from one mail of the campaign to the next, at least; up to 3,600.",
  })
  gapSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "A mail is planned up to this many minutes later than it could, each lead always by the same; up to 240.",
  })
  jitterMinutes?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "ISO instant after which nothing is planned any more.",
  })
  endsAt?: string | null;
}

@InputType({ description: "What is left out is as by default." })
export class StopRulesInput {
  @Field(() => Boolean, { nullable: true, defaultValue: false })
  onCompanyReply?: boolean | null;

  @Field(() => Boolean, { nullable: true, defaultValue: true })
  onGoal?: boolean | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "What ends a lead's sequence beside replies, unsubscribes, bounces and complaints, which always do.",
})
export class StopRules implements Rules {
  @Field(() => Boolean, {
    description:
      "A reply ends the sequences of all leads of the campaign at the same company: the same domain, unless it is one of free mail.",
  })
  onCompanyReply!: boolean;

  @Field(() => Boolean, { description: "A goal that is recorded ends the lead's sequence." })
  onGoal!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "When mail may leave, and how much of it." })
export class CampaignSchedule implements SendSchedule {
  @Field(() => String)
  timezone!: string;

  @Field(() => Boolean)
  inLeadZone!: boolean;

  @Field(() => [Int])
  weekdays!: readonly number[];

  @Field(() => String)
  from!: string;

  @Field(() => String)
  until!: string;

  @Field(() => [String])
  holidays!: readonly string[];

  @Field(() => Int, { nullable: true })
  perHour!: number | null;

  @Field(() => Int, { nullable: true })
  perDay!: number | null;

  @Field(() => Int)
  gapSeconds!: number;

  @Field(() => Int)
  jitterMinutes!: number;

  @Field(() => DateTime, { nullable: true })
  endsAt!: string | null;
}
