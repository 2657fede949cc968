import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import {
  CAMPAIGN_STATUSES,
  type Accounting,
  type Audience,
  type CampaignOrderField,
  type CampaignStatus,
  type CampaignView,
  type FourEyes,
  type Launcher,
  type MailFigures,
  type StepFigures,
  type StepView,
  type StopRules as Rules,
  type VersionView,
  type TemplateVariant as Variant,
} from "#domain/campaigns/index.js";
import { BUCKETS, type Bucket } from "#domain/emails/index.js";
import type { Direction } from "#domain/keyset.js";
import { OrderDirection } from "../arguments.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import type { SendSchedule } from "#domain/planning/index.js";
import { DateTime } from "../scalars.js";
import { CampaignSchedule, StopRules } from "./schedule.type.js";

export const CampaignStatusEnum = enumOf("CampaignStatus", CAMPAIGN_STATUSES);
export const CampaignActionEnum = enumOf("CampaignAction", [
  "UPDATE",
  "DELETE",
  "LAUNCH",
  "PAUSE",
  "RESUME",
  "CANCEL",
  "CLONE",
  "SCHEDULE",
  "UNSCHEDULE",
  "ARCHIVE",
] as const);
export const BucketEnum = enumOf("Bucket", BUCKETS);
export const CampaignOrderFieldEnum = enumOf("CampaignOrderField", [
  "CREATED_AT",
  "UPDATED_AT",
  "NAME",
] as const);

@ObjectType({
  simpleResolvers: true,
  description: "Another wording of a step; each lead gets one, by weight, always the same.",
})
export class TemplateVariant {
  @Field(() => String)
  subject!: string;

  @Field(() => String)
  html!: string;

  @Field(() => String, { nullable: true })
  text!: string | null;

  @Field(() => Int)
  weight!: number;
}

@ObjectType({ simpleResolvers: true })
export class CampaignStep {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: "From 1." })
  position!: number;

  @Field(() => Int, { description: "After the step before it was sent; 0 for the first." })
  delayMinutes!: number;

  @Field(() => Int, { description: "Working days before the minutes." })
  delayBusinessDays!: number;

  @Field(() => String)
  subject!: string;

  @Field(() => String)
  html!: string;

  @Field(() => String, { nullable: true, description: "Made from the HTML when null." })
  text!: string | null;

  @Field(() => [TemplateVariant])
  variants!: readonly Variant[];
}

@ObjectType({ simpleResolvers: true, description: "Whom a campaign is for, by reference." })
export class CampaignAudience {
  @Field(() => [ID])
  leadIds!: readonly string[];

  listIds!: readonly string[];
}

@ObjectType({ simpleResolvers: true })
export class AccountingBucket {
  @Field(() => BucketEnum)
  bucket!: Bucket;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: "How the messages of one step stand." })
export class StepAccounting implements StepFigures {
  @Field(() => Int)
  position!: number;

  @Field(() => [AccountingBucket], { description: "Leads whose turn for the step has not come are in none." })
  buckets!: readonly AccountingBucket[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    "How the mails of a sequence stand. Each field is a bucket; `planned` has also those that follow a mail which is still to be sent, and what would follow an uncertain one is not counted.",
})
export class MailAccounting implements MailFigures {
  @Field(() => Int, { description: "Mails; the others sum to it." })
  total!: number;

  @Field(() => Int)
  sent!: number;

  @Field(() => Int)
  sending!: number;

  @Field(() => Int)
  queued!: number;

  @Field(() => Int)
  planned!: number;

  @Field(() => Int)
  skipped!: number;

  @Field(() => Int)
  cancelled!: number;

  @Field(() => Int)
  uncertain!: number;

  @Field(() => Int)
  failed!: number;
}

@ObjectType({ simpleResolvers: true, description: "Where every lead of an audience stands." })
export class CampaignAccounting implements Accounting {
  @Field(() => ID)
  campaignId!: string;

  @Field(() => Int, { description: "Leads in the audience; the counts of the buckets sum to it." })
  audience!: number;

  @Field(() => [AccountingBucket])
  buckets!: readonly AccountingBucket[];

  @Field(() => Int, {
    description:
      "Messages handed to the transport and not answered yet: after a pause, what may still leave; at most one a lane.",
  })
  inFlight!: number;

  @Field(() => Boolean, { description: "True while the planner still writes the audience down." })
  planning!: boolean;

  @Field(() => DateTime)
  at!: string;
}

@ObjectType({ simpleResolvers: true, description: "Somebody who may launch it." })
export class CampaignLauncher {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "Why the caller leaves the launch to another person, and to whom.",
})
export class CampaignFourEyes implements FourEyes {
  @Field(() => String)
  reason!: string;

  @Field(() => [CampaignLauncher], { description: "At most five, by name." })
  launchers!: readonly Launcher[];
}

@ObjectType({ implements: Node, simpleResolvers: true })
export class Campaign extends Node {
  @Field(() => String)
  name!: string;

  @Field(() => CampaignStatusEnum)
  status!: CampaignStatus;

  @Field(() => Int, { description: "Raised by every edit; give it back as expectedVersion." })
  version!: number;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime)
  updatedAt!: string;

  @Field(() => DateTime, { nullable: true, description: "While SCHEDULED: when it is launched." })
  scheduledAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  launchedAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  pausedAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  completedAt!: string | null;

  @Field(() => String)
  fromName!: string;

  @Field(() => String)
  fromEmail!: string;

  @Field(() => String, { nullable: true })
  replyTo!: string | null;

  @Field(() => String, { nullable: true })
  postalAddress!: string | null;

  @Field(() => Boolean)
  trackOpens!: boolean;

  @Field(() => Boolean)
  trackClicks!: boolean;

  @Field(() => CampaignSchedule, { nullable: true, description: "Null: at once, at any time." })
  schedule!: SendSchedule | null;

  @Field(() => StopRules)
  stopRules!: Rules;

  @Field(() => CampaignAudience)
  audience!: Audience;

  teamId!: string | null;

  senderIds!: readonly string[];
}

@ObjectType({
  simpleResolvers: true,
  description: "What was frozen of a campaign at its launch, or by an edit while it ran.",
})
export class CampaignVersion implements VersionView {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  n!: number;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => String, {
    nullable: true,
    description: "By name; null: from before that was kept, or the product itself.",
  })
  createdBy!: string | null;

  @Field(() => [String], { description: "Against the version before, in words; of the first nothing." })
  changes!: readonly string[];
}

export const CampaignVersionConnection = connectionType("CampaignVersion", () => CampaignVersion);
export const CampaignConnection = connectionType("Campaign", () => Campaign);
export const campaignOf = (view: CampaignView): Campaign => Object.assign(new Campaign(), view);
export const stepOf = (view: StepView): CampaignStep => view;

@InputType("CampaignFilter")
export class CampaignFilterInput {
  @Field(() => [CampaignStatusEnum], { nullable: true })
  status?: CampaignStatus[] | null;

  @Field(() => String, { nullable: true, description: "Part of the name." })
  text?: string | null;

  @Field(() => ID, { nullable: true })
  teamId?: string | null;
}

@InputType("CampaignOrder")
export class CampaignOrderInput {
  @Field(() => CampaignOrderFieldEnum)
  field!: CampaignOrderField;

  @Field(() => OrderDirection, { defaultValue: "DESC" })
  direction!: Direction;
}
