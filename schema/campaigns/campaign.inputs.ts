import { Field, ID, InputType, Int, ObjectType, type ClassType } from "type-graphql";
import { OVERDUE_POLICIES } from "#domain/campaigns/index.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, InvalidTransition, NotReady, payloadUnion } from "../payload.js";
import { Campaign } from "./campaign.type.js";

export const OverduePolicyEnum = enumOf(
  "OverduePolicy",
  OVERDUE_POLICIES,
  "What happens to mail that became due during a pause: CATCH_UP sends it at once.",
);

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
  @Field(() => Int, { description: "After the step before it was sent; 0 for the first." })
  delayMinutes!: number;

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

  @Field(() => String)
  fromName!: string;

  @Field(() => String)
  fromEmail!: string;

  @Field(() => String, { nullable: true })
  replyTo?: string | null;

  @Field(() => String, { nullable: true })
  postalAddress?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  trackOpens?: boolean | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  trackClicks?: boolean | null;

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
export const UpdateCampaignPayload = campaignPayload("UpdateCampaign", InvalidTransition);
export const LaunchCampaignPayload = campaignPayload("LaunchCampaign", NotReady, InvalidTransition);
export const PauseCampaignPayload = campaignPayload("PauseCampaign", InvalidTransition);
export const ResumeCampaignPayload = campaignPayload("ResumeCampaign", InvalidTransition);
export const CancelCampaignPayload = campaignPayload("CancelCampaign", InvalidTransition);

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
