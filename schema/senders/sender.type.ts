import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { SENDER_STATES, type SenderState, type SenderView } from "#domain/senders/index.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import { Conflict, InvalidInput, InvalidTransition, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

export const SenderStateEnum = enumOf(
  "SenderState",
  SENDER_STATES,
  "PAUSED: its mail waits, and no lead is given to another sender. ARCHIVED: it is used no more.",
);

@ObjectType({ implements: Node, simpleResolvers: true, description: "Who campaigns are sent from." })
export class Sender extends Node {
  @Field(() => String)
  address!: string;

  @Field(() => String, { description: "As it stands before the address in From." })
  name!: string;

  @Field(() => String, { nullable: true })
  replyTo!: string | null;

  @Field(() => String, { nullable: true, description: "At the end of every mail." })
  postalAddress!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "Mails in an hour of UTC, of all campaigns; null: no limit.",
  })
  perHour!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Mails in a day of UTC, of all campaigns; null: no limit.",
  })
  perDay!: number | null;

  @Field(() => Int, { description: "From one mail to the next, at least." })
  gapSeconds!: number;

  @Field(() => SenderStateEnum)
  state!: SenderState;

  @Field(() => Int, { description: "Mails that lanes have taken under its limits in this hour." })
  usedThisHour!: number;

  @Field(() => Int, { description: "The same of today." })
  usedToday!: number;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime)
  updatedAt!: string;
}
export const SenderConnection = connectionType("Sender", () => Sender);
export const senderOf = (view: SenderView): Sender => Object.assign(new Sender(), view);

@InputType("SenderFilter")
export class SenderFilterInput {
  @Field(() => String, { nullable: true, description: "Part of the name or the address." })
  text?: string | null;

  @Field(() => [SenderStateEnum], { nullable: true, description: "Left out: all that are not archived." })
  states?: SenderState[] | null;
}

@InputType()
export class CreateSenderInput {
  @Field(() => String, { description: "Of one sender only that is not archived." })
  address!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  replyTo?: string | null;

  @Field(() => String, { nullable: true })
  postalAddress?: string | null;

  @Field(() => Int, { nullable: true, description: "Left out: no limit." })
  perHour?: number | null;

  @Field(() => Int, { nullable: true, description: "Left out: no limit." })
  perDay?: number | null;

  @Field(() => Int, { nullable: true, description: "0 to 3600; 0 when left out." })
  gapSeconds?: number | null;
}

@InputType({ description: "What is left out stays as it is; null takes it away." })
export class UpdateSenderInput {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that was edited; another one is a Conflict.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true })
  address?: string;

  @Field(() => String, { nullable: true })
  name?: string;

  @Field(() => String, { nullable: true })
  replyTo?: string | null;

  @Field(() => String, { nullable: true })
  postalAddress?: string | null;

  @Field(() => Int, { nullable: true })
  perHour?: number | null;

  @Field(() => Int, { nullable: true })
  perDay?: number | null;

  @Field(() => Int, { nullable: true })
  gapSeconds?: number | null;
}

@ObjectType({ simpleResolvers: true })
abstract class SenderSuccess {
  @Field(() => Sender)
  sender!: Sender;
}
@ObjectType({ simpleResolvers: true })
export class CreateSenderSuccess extends SenderSuccess {}
@ObjectType({ simpleResolvers: true })
export class UpdateSenderSuccess extends SenderSuccess {}
@ObjectType({ simpleResolvers: true })
export class PauseSenderSuccess extends SenderSuccess {}
@ObjectType({ simpleResolvers: true })
export class ResumeSenderSuccess extends SenderSuccess {}
@ObjectType({ simpleResolvers: true })
export class ArchiveSenderSuccess extends SenderSuccess {}

const refusals = [InvalidInput, InvalidTransition, Conflict];
export const CreateSenderPayload = payloadUnion("CreateSenderPayload", CreateSenderSuccess, [
  InvalidInput,
  Conflict,
]);
export const UpdateSenderPayload = payloadUnion("UpdateSenderPayload", UpdateSenderSuccess, refusals);
export const PauseSenderPayload = payloadUnion("PauseSenderPayload", PauseSenderSuccess, refusals);
export const ResumeSenderPayload = payloadUnion("ResumeSenderPayload", ResumeSenderSuccess, refusals);
export const ArchiveSenderPayload = payloadUnion("ArchiveSenderPayload", ArchiveSenderSuccess, refusals);
