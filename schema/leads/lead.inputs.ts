import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Direction } from "#domain/keyset.js";
import type { LeadOrderField } from "#domain/leads/index.js";
import { OrderDirection } from "../arguments.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, payloadUnion } from "../payload.js";
import { JSONObject } from "../scalars.js";
import { Lead, Suppression } from "./lead.type.js";

export const LeadOrderFieldEnum = enumOf("LeadOrderField", ["CREATED_AT", "EMAIL"] as const);

@InputType("LeadOrder")
export class LeadOrderInput {
  @Field(() => LeadOrderFieldEnum)
  field!: LeadOrderField;

  @Field(() => OrderDirection, { defaultValue: "DESC" })
  direction!: Direction;
}

@InputType()
export class CreateLeadInput {
  @Field(() => String)
  email!: string;

  @Field(() => String, { nullable: true })
  firstName?: string | null;

  @Field(() => String, { nullable: true })
  lastName?: string | null;

  @Field(() => String, { nullable: true })
  company?: string | null;

  @Field(() => String, { nullable: true })
  title?: string | null;

  @Field(() => String, { nullable: true })
  timezone?: string | null;

  @Field(() => JSONObject, { nullable: true })
  customFields?: Record<string, unknown> | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => [ID], { nullable: true })
  listIds?: string[] | null;

  @Field(() => ID, { nullable: true, description: "Whose it is; see CreateCampaignInput.teamId." })
  teamId?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class CreateLeadSuccess {
  @Field(() => Lead)
  lead!: Lead;
}

@ObjectType({ simpleResolvers: true })
export class SuppressSuccess {
  @Field(() => Suppression)
  suppression!: Suppression;
}

export const CreateLeadPayload = payloadUnion("CreateLeadPayload", CreateLeadSuccess, [
  InvalidInput,
  Conflict,
]);
export const SuppressPayload = payloadUnion("SuppressPayload", SuppressSuccess, [InvalidInput, Conflict]);
