import { Field, ID, Int, ObjectType } from "type-graphql";
import type { HealthSample } from "#domain/health/index.js";
import { Campaign } from "../campaigns/campaign.type.js";
import { enumOf } from "../enums.js";
import { Health } from "../health/health.type.js";
import { CalendarDate } from "../scalars.js";

export const SeverityEnum = enumOf("Severity", ["INFO", "WARNING", "CRITICAL"] as const);

@ObjectType({ simpleResolvers: true })
export class DayCount {
  @Field(() => CalendarDate, { description: "UTC." })
  day!: string;

  @Field(() => Int)
  sent!: number;

  @Field(() => Int)
  skipped!: number;

  @Field(() => Int)
  failed!: number;
}

@ObjectType({ simpleResolvers: true })
export class OutreachOverview {
  @Field(() => Int)
  days!: number;

  @Field(() => Int)
  sent!: number;

  @Field(() => Int)
  skipped!: number;

  @Field(() => Int)
  failed!: number;

  @Field(() => Int, { description: "Whose outcome nobody knows yet, whenever they left." })
  uncertain!: number;

  @Field(() => Int, { description: "Sent in as many days before." })
  previousSent!: number;

  @Field(() => [DayCount])
  perDay!: readonly DayCount[];

  @Field(() => [Campaign], { description: "Running and paused ones, the newest first, at most ten." })
  running!: readonly Campaign[];
}

@ObjectType({ simpleResolvers: true })
export class LeadsOverview {
  @Field(() => Int)
  total!: number;

  @Field(() => Int)
  mailable!: number;

  @Field(() => Int)
  addedInRange!: number;
}

@ObjectType({ simpleResolvers: true, description: "Something that somebody should look at." })
export class AttentionItem {
  @Field(() => ID)
  id!: string;

  @Field(() => SeverityEnum)
  severity!: keyof typeof SeverityEnum;

  @Field(() => String)
  title!: string;

  @Field(() => String)
  detail!: string;

  @Field(() => String, { description: "Where in the console, e.g. /campaigns/…" })
  href!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "Each part is null when the caller's permissions do not cover it.",
})
export class Overview {
  @Field(() => OutreachOverview, { nullable: true })
  outreach!: OutreachOverview | null;

  @Field(() => LeadsOverview, { nullable: true })
  leads!: LeadsOverview | null;

  @Field(() => Health, { nullable: true })
  health!: HealthSample | null;

  @Field(() => [AttentionItem])
  attention!: readonly AttentionItem[];
}
