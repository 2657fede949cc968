import { Field, ID, Int, ObjectType } from "type-graphql";
import {
  DIFFERENCES,
  OVERDUE_POLICIES,
  type Difference,
  type DryRunDay as Day,
  type Overdue,
  type OverduePolicy,
  type OverduePreview as Preview,
} from "#domain/campaigns/index.js";
import type { MessageState } from "#domain/emails/index.js";
import { LIMIT_HOLDERS, type LimitHolder } from "#domain/planning/index.js";
import { PageInfo } from "../connection.js";
import { enumOf } from "../enums.js";
import { ErrorPayload } from "../payload.js";
import { DateTime } from "../scalars.js";
import { MessageStateEnum } from "../emails/message.type.js";

export const DifferenceEnum = enumOf(
  "PlanDifference",
  DIFFERENCES,
  "Why what happened is not what was planned.",
);
export const OverduePolicyEnum = enumOf(
  "OverduePolicy",
  OVERDUE_POLICIES,
  "What happens to mail that became due during a pause: it is left out, everything is moved by the length of the pause, or it is sent from now on.",
);

export const LimitHolderEnum = enumOf(
  "LimitHolder",
  LIMIT_HOLDERS,
  "Whose limit it is: the campaign's own, or one that campaigns share.",
);
const HELD_BY = "Whose limit keeps its planned time from being earlier; null: nobody's.";

@ObjectType({ simpleResolvers: true, description: "One mail of a timetable, or a lead that gets none." })
export class DryRunRow {
  @Field(() => ID)
  leadId!: string;

  @Field(() => Int, { description: "Of the step, from 1." })
  position!: number;

  @Field(() => Int, { description: "0 is the step's own wording, n its n-th variant." })
  variant!: number;

  @Field(() => DateTime, { nullable: true, description: "Null: it is not sent." })
  at!: string | null;

  @Field(() => String, { description: "IANA zone whose clock counts for the lead." })
  timezone!: string;

  @Field(() => String, { nullable: true, description: "What that clock shows, with its distance from UTC." })
  localTime!: string | null;

  @Field(() => String, { nullable: true })
  skipReason!: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      "What the lead lacks that its wording asks for, as the template has it. Null: it was not found out; see isForetold.",
  })
  missing!: readonly string[] | null;

  @Field(() => String, { description: "Whom it is from." })
  fromEmail!: string;

  @Field(() => LimitHolderEnum, { nullable: true, description: HELD_BY })
  heldBy!: LimitHolder | null;
}

@ObjectType({ simpleResolvers: true })
export class DryRunEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => DryRunRow)
  node!: DryRunRow;
}

@ObjectType({ simpleResolvers: true })
export class DryRunConnection {
  @Field(() => [DryRunEdge])
  edges!: readonly DryRunEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int)
  totalCount!: number;
}

@ObjectType({ simpleResolvers: true })
export class DryRunReason {
  @Field(() => String)
  reason!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ simpleResolvers: true })
export class DryRunDay implements Day {
  @Field(() => String, { description: "ISO date in the zone of the schedule." })
  date!: string;

  @Field(() => Int, { description: "First mails." })
  first!: number;

  @Field(() => Int)
  followUps!: number;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "What a launch would do, by the planner that a launch asks. Who lacks what a mail asks for keeps a place in the plan, and is left out.",
})
export class CampaignDryRun {
  @Field(() => ID)
  campaignId!: string;

  @Field(() => DateTime, { description: "The launch that was tried." })
  startAt!: string;

  @Field(() => String, { description: "The campaign's own address; with senders the rows tell from whom." })
  fromEmail!: string;

  @Field(() => Int, { description: "Leads." })
  audience!: number;

  @Field(() => Int)
  mails!: number;

  @Field(() => DateTime, { nullable: true })
  firstAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  lastAt!: string | null;

  @Field(() => [DryRunReason])
  skipped!: readonly DryRunReason[];

  @Field(() => [DryRunDay])
  days!: readonly Day[];

  @Field(() => Boolean, {
    description: "The audience is larger than 50,000 leads: this is its beginning. The file has all of it.",
  })
  isPartial!: boolean;

  @Field(() => Boolean, {
    description:
      "What leads lack was found out for all of these mails. False: a template is at fault (see preflight), or its conversion took too long; ask again.",
  })
  isForetold!: boolean;

  @Field(() => DryRunConnection)
  rows!: DryRunConnection;
}

@ObjectType({
  simpleResolvers: true,
  description: "What was planned for one step of one lead, and what happened.",
})
export class TimetableRow {
  @Field(() => ID)
  leadId!: string;

  @Field(() => Int, { description: "Of the step, from 1." })
  position!: number;

  @Field(() => DateTime, { nullable: true, description: "Null: it had no place in the plan." })
  plannedAt!: string | null;

  @Field(() => String, { description: "IANA zone whose clock counts for the lead." })
  zone!: string;

  @Field(() => String, { nullable: true, description: "What that clock shows at the planned time." })
  localTime!: string | null;

  @Field(() => String, { description: "Whom it is from." })
  fromEmail!: string;

  @Field(() => LimitHolderEnum, { nullable: true, description: HELD_BY })
  heldBy!: LimitHolder | null;

  @Field(() => ID, { nullable: true })
  messageId!: string | null;

  @Field(() => MessageStateEnum, { nullable: true })
  state!: MessageState | null;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it is to leave by now." })
  dueAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  sentAt!: string | null;

  @Field(() => Int, { nullable: true })
  lateBySeconds!: number | null;

  @Field(() => DifferenceEnum)
  difference!: Difference;

  @Field(() => String, { description: "The difference in words." })
  sentence!: string;
}

@ObjectType({ simpleResolvers: true })
export class TimetableEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => TimetableRow)
  node!: TimetableRow;
}

@ObjectType({ simpleResolvers: true, description: "Plan against what happened, lead by lead." })
export class TimetableConnection {
  @Field(() => [TimetableEdge])
  edges!: readonly TimetableEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ simpleResolvers: true })
export class OverdueDay {
  @Field(() => String, { description: "ISO date in the zone of the schedule." })
  date!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: "What a choice would do to the overdue mail." })
export class OverduePreview implements Preview {
  @Field(() => OverduePolicyEnum)
  policy!: OverduePolicy;

  @Field(() => Int, { nullable: true })
  perHour!: number | null;

  @Field(() => Int)
  sent!: number;

  @Field(() => Int)
  skipped!: number;

  @Field(() => DateTime, { nullable: true })
  firstAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  lastAt!: string | null;

  @Field(() => [OverdueDay])
  days!: readonly OverdueDay[];
}

@ObjectType({
  simpleResolvers: true,
  description: "Mail that became due while a campaign was paused for an hour or more.",
})
export class CampaignOverdue implements Overdue {
  @Field(() => Int)
  count!: number;

  @Field(() => DateTime, { nullable: true })
  pausedAt!: string | null;

  @Field(() => [OverduePreview])
  previews!: readonly Preview[];

  @Field(() => Boolean, { description: "There are more than 10,000: the previews are of the first of them." })
  isPartial!: boolean;
}

@ObjectType({
  implements: ErrorPayload,
  simpleResolvers: true,
  description: "Mail became due during the pause: choose what happens to it.",
})
export class OverdueChoice extends ErrorPayload {
  @Field(() => Int, { description: "Mails." })
  overdue!: number;

  @Field(() => DateTime)
  pausedAt!: string;

  @Field(() => [OverduePreview])
  previews!: readonly OverduePreview[];
}
