import { Field, ID, InputType, Int, ObjectType, type ClassType } from "type-graphql";
import { Conflict, InvalidInput, InvalidTransition, NotReady, payloadUnion } from "../payload.js";
import { Campaign } from "./campaign.type.js";
import { CampaignScheduleInput, StopRulesInput } from "./schedule.type.js";
import { OverdueChoice } from "./timetable.type.js";

@InputType()
export class VariantInput {
  @Field(() => String)
  subject!: string;

  @Field(() => String)
  html!: string;

  @Field(() => String, { nullable: true })
  text?: string | null;

  @Field(() => Int, { nullable: true, defaultValue: 1 })
  weight?: number | null;
}

@InputType()
export class StepInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "Which one it is, of a running campaign. Left out: the one at its place; a new one at the end.",
  })
  id?: string | null;

  @Field(() => Int, { description: "After the step before it was sent; 0 for the first." })
  delayMinutes!: number;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description: "Working days before the minutes: Monday to Friday without the schedule's holidays.",
  })
  delayBusinessDays?: number | null;

  @Field(() => String)
  subject!: string;

  @Field(() => String)
  html!: string;

  @Field(() => String, { nullable: true })
  text?: string | null;

  @Field(() => [VariantInput], { nullable: true })
  variants?: VariantInput[] | null;
}

@InputType()
export class AudienceInput {
  @Field(() => [ID], { nullable: true })
  listIds?: string[] | null;

  @Field(() => [ID], { nullable: true })
  segmentIds?: string[] | null;

  @Field(() => [ID], { nullable: true })
  leadIds?: string[] | null;
}

const SENDER_IDS =
  "Senders among whom the leads are dealt out evenly, at most 50; all mails of a lead are from the same one. With senders, From, Reply-To and postal address are theirs, and the campaign's fromName, fromEmail, replyTo and postalAddress are kept but not used.";

@InputType()
export class CreateCampaignInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "Whose it is. Left out: that of the only team that the caller belongs to, otherwise the whole organisation's.",
  })
  teamId?: string | null;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: "In From of every mail of a campaign without senders." })
  fromName!: string;

  @Field(() => String, { description: "In From of every mail of a campaign without senders." })
  fromEmail!: string;

  @Field(() => String, { nullable: true })
  replyTo?: string | null;

  @Field(() => String, { nullable: true })
  postalAddress?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  trackOpens?: boolean | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  trackClicks?: boolean | null;

  @Field(() => CampaignScheduleInput, { nullable: true, description: "Left out: at once, at any time." })
  schedule?: CampaignScheduleInput | null;

  @Field(() => [ID], { nullable: true, description: SENDER_IDS })
  senderIds?: string[] | null;

  @Field(() => StopRulesInput, { nullable: true })
  stopRules?: StopRulesInput | null;

  @Field(() => [StepInput])
  steps!: StepInput[];

  @Field(() => AudienceInput)
  audience!: AudienceInput;
}

@InputType({ description: "What is left out stays as it is." })
export class UpdateCampaignInput {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that was edited; another one is a Conflict.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true })
  name?: string;

  @Field(() => String, { nullable: true })
  fromName?: string;

  @Field(() => String, { nullable: true })
  fromEmail?: string;

  @Field(() => String, { nullable: true })
  replyTo?: string | null;

  @Field(() => String, { nullable: true })
  postalAddress?: string | null;

  @Field(() => CampaignScheduleInput, { nullable: true, description: "Null: at once, at any time." })
  schedule?: CampaignScheduleInput | null;

  @Field(() => [ID], { nullable: true, description: `${SENDER_IDS} An empty list takes them away.` })
  senderIds?: string[];

  @Field(() => StopRulesInput, { nullable: true })
  stopRules?: StopRulesInput | null;

  @Field(() => [StepInput], { nullable: true })
  steps?: StepInput[];

  @Field(() => AudienceInput, { nullable: true })
  audience?: AudienceInput;
}

/** `<name>Success { campaign }` and its union with the failures of a change of state. */
function campaignPayload(name: string, ...errors: ClassType[]) {
  @ObjectType(`${name}Success`, { simpleResolvers: true })
  class Success {
    @Field(() => Campaign)
    campaign!: Campaign;
  }
  return payloadUnion(`${name}Payload`, Success, [...errors, InvalidInput, Conflict]);
}

export const CreateCampaignPayload = campaignPayload("CreateCampaign");
export const UpdateCampaignPayload = campaignPayload("UpdateCampaign", NotReady, InvalidTransition);
export const LaunchCampaignPayload = campaignPayload("LaunchCampaign", NotReady, InvalidTransition);
export const PauseCampaignPayload = campaignPayload("PauseCampaign", InvalidTransition);
export const ResumeCampaignPayload = campaignPayload(
  "ResumeCampaign",
  NotReady,
  InvalidTransition,
  OverdueChoice,
);
export const CancelCampaignPayload = campaignPayload("CancelCampaign", InvalidTransition);
export const ScheduleCampaignPayload = campaignPayload("ScheduleCampaign", NotReady, InvalidTransition);
export const UnscheduleCampaignPayload = campaignPayload("UnscheduleCampaign", InvalidTransition);
export const ArchiveCampaignPayload = campaignPayload("ArchiveCampaign", InvalidTransition);

@ObjectType({ simpleResolvers: true })
export class CloneCampaignSuccess {
  @Field(() => Campaign, { description: "The copy, a draft." })
  campaign!: Campaign;

  @Field(() => Int, {
    description:
      "Lists and leads of the original that are gone, or not the caller's to mail: the copy lacks them.",
  })
  leftOut!: number;
}
export const CloneCampaignPayload = payloadUnion("CloneCampaignPayload", CloneCampaignSuccess, [
  InvalidInput,
  Conflict,
]);

@ObjectType({ simpleResolvers: true })
export class SendTestEmailSuccess {
  @Field(() => Campaign)
  campaign!: Campaign;

  @Field(() => String, { description: "Who gets it." })
  to!: string;
}
export const SendTestEmailPayload = payloadUnion("SendTestEmailPayload", SendTestEmailSuccess, [
  InvalidInput,
  Conflict,
]);

@ObjectType({ simpleResolvers: true })
export class DeleteCampaignSuccess {
  @Field(() => ID)
  id!: string;
}
export const DeleteCampaignPayload = payloadUnion("DeleteCampaignPayload", DeleteCampaignSuccess, [
  InvalidTransition,
  InvalidInput,
  Conflict,
]);
