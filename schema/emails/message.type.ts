import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import {
  MESSAGE_STATES,
  type EvidenceState,
  type RemadeMail,
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

  @Field(() => DateTime, { description: "When its turn is, or was." })
  dueAt!: string;

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
  versionId!: string;
  variant!: number | null;
  senderId!: string | null;
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

@ObjectType({
  simpleResolvers: true,
  description:
    "What the installation says of a message that was sent, signed with the key that seals the record.",
})
export class Receipt {
  @Field(() => String, { description: "Canonical JSON (RFC 8785): these bytes are signed." })
  document!: string;

  @Field(() => String, { description: "Ed25519, in hex." })
  signature!: string;

  @Field(() => String)
  keyId!: string;

  @Field(() => String, { description: "In hex." })
  publicKey!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "The mail made once more, from the version of its launch and the lead as it is today.",
})
export class SentMail implements Omit<RemadeMail, "source"> {
  @Field(() => String, {
    description: "Like html and text with a sample in place of the recipient's own link out.",
  })
  subject!: string;

  @Field(() => String)
  html!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String)
  fromName!: string;

  @Field(() => String)
  fromEmail!: string;

  @Field(() => String)
  to!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The whole mail as it is handed over, with the recipient's own link out; null for callers who may not change leads, or look through another's eyes.",
  })
  source!: string | null;

  @Field(() => Boolean, {
    description: "Its SHA-256 is the recorded one: this is what was handed over, to the byte.",
  })
  isAsSent!: boolean;

  @Field(() => Boolean, { description: "The lead has been changed since." })
  isLeadChanged!: boolean;
}

@InputType("MessageFilter")
export class MessageFilterInput {
  @Field(() => [MessageStateEnum], { nullable: true })
  state?: MessageState[] | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: "Part of the lead's address." })
  text?: string | null;
}
