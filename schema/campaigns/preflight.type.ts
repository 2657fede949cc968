import { Field, Int, ObjectType } from "type-graphql";
import type { Finding, Preflight } from "#domain/campaigns/index.js";
import { MAIL_PARTS, SEVERITIES, type MailPart, type Severity } from "#domain/emails/index.js";
import { enumOf } from "../enums.js";

export const FindingSeverityEnum = enumOf(
  "FindingSeverity",
  SEVERITIES,
  "BLOCKING: the campaign cannot be launched with it.",
);
export const MailPartEnum = enumOf("MailPart", MAIL_PARTS);

@ObjectType({
  simpleResolvers: true,
  description: "Something about a campaign that should be known before it is launched.",
})
export class PreflightFinding implements Finding {
  @Field(() => String, { description: "Stable, e.g. placeholder, variable_missing." })
  rule!: string;

  @Field(() => FindingSeverityEnum)
  severity!: Severity;

  @Field(() => Int, { nullable: true, description: "From 1; null: it is about the whole campaign." })
  step!: number | null;

  @Field(() => Int, { nullable: true, description: "0: the step's own wording; n: its n-th variant." })
  variant!: number | null;

  @Field(() => MailPartEnum, { nullable: true })
  part!: MailPart | null;

  @Field(() => Int, { nullable: true, description: "Of the part, from 1." })
  line!: number | null;

  @Field(() => Int, { nullable: true })
  column!: number | null;

  @Field(() => String, { description: "What is wrong and what to do, for people." })
  message!: string;

  @Field(() => String, { nullable: true, description: "The line as written, cut." })
  excerpt!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "How many leads of the audience it is about, where that was counted.",
  })
  leads!: number | null;

  @Field(() => [String], { description: "The field of the campaign's input, e.g. steps, 0, html." })
  path!: readonly string[];
}

@ObjectType({ simpleResolvers: true, description: "What speaks against launching a campaign as it stands." })
export class CampaignPreflight implements Preflight {
  @Field(() => Boolean, { description: "Nothing blocks." })
  isReady!: boolean;

  @Field(() => [PreflightFinding], { description: "What blocks first; at most 200." })
  findings!: readonly Finding[];
}
