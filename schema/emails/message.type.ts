import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import {
  MESSAGE_STATES,
  type EvidenceState,
  type MessageEventView,
  type MessageState,
  type MessageView,
} from "#domain/emails/index.js";
import type { Operation } from "#domain/operation.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import { shownTo } from "../masking.js";
import { DateTime } from "../scalars.js";

export const MessageStateEnum = enumOf("MessageState", MESSAGE_STATES);

@ObjectType({ simpleResolvers: true, description: "What happened to a message, in order." })
export class MessageEvent implements Omit<MessageEventView, "messageId"> {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  type!: string;

  @Field(() => DateTime)
  at!: string;

  @Field(() => String, {
    description: "Who says so: lane, planner, reaper, command, suppression, person, or a source of evidence.",
  })
  source!: string;

  @Field(() => String, { nullable: true, description: "What the other side answered, or why." })
  evidence!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The person whose word it is, by their name of today.",
  })
  by!: string | null;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A row of the send ledger: one step for one lead.",
})
export class Message extends Node {
  @Field(() => ID)
  campaignId!: string;

  @Field(() => MessageStateEnum)
  state!: MessageState;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => String, { nullable: true })
  messageIdHeader!: string | null;

  @Field(() => String, { nullable: true, description: "The receiving server's answer, as it came." })
  serverReply!: string | null;

  @Field(() => DateTime)
  plannedAt!: string;

  @Field(() => DateTime, { nullable: true })
  sentAt!: string | null;

  @Field(() => Int)
  attempt!: number;

  @Field(() => String)
  campaignName!: string;

  @Field(() => DateTime, { description: "When anything was written about it last." })
  changedAt!: string;

  leadId!: string;
  stepId!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "Who was asked last, every ten minutes, what became of mail whose outcome is unknown.",
})
export class MailEvidence implements EvidenceState {
  @Field(() => [String], { description: "By name; none: it is held until a person decides." })
  sources!: readonly string[];

  @Field(() => [String], { description: "Those of them that could not be asked." })
  unreachable!: readonly string[];

  @Field(() => DateTime)
  at!: string;
}

export const MessageConnection = connectionType("Message", () => Message);
export const messageOf = (op: Operation, view: MessageView): Message =>
  Object.assign(new Message(), shownTo(op, view));

@InputType("MessageFilter")
export class MessageFilterInput {
  @Field(() => [MessageStateEnum], { nullable: true })
  state?: MessageState[] | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: "Part of the lead's address." })
  text?: string | null;
}
