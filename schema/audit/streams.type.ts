import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { STREAM_KINDS, type StreamKind } from "#domain/audit/streams/audit-stream.entity.js";
import { STREAM_STATES, type StreamState } from "#domain/audit/streams/streams.queries.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

export const AuditStreamKindEnum = enumOf(
  "AuditStreamKind",
  STREAM_KINDS,
  "WEBHOOK: JSON by POST, signed (Standard Webhooks). SYSLOG: RFC 5424 over TCP or TLS.",
);
export const AuditStreamStateEnum = enumOf(
  "AuditStreamState",
  STREAM_STATES,
  "ACTIVE: all is delivered or on its way. FAILING: the last attempt failed; it is tried again, at least every five minutes.",
);

@ObjectType({
  simpleResolvers: true,
  description: "Where the organisation's audit entries are sent to, in order, each at least once.",
})
export class AuditStream {
  @Field(() => ID)
  id!: string;

  @Field(() => AuditStreamKindEnum)
  kind!: StreamKind;

  @Field(() => String, {
    description: "What stands behind its question mark may be a token and is not shown.",
  })
  url!: string;

  @Field(() => AuditStreamStateEnum)
  state!: StreamState;

  @Field(() => Int, { description: "The number of the last entry that was delivered." })
  cursorSeq!: number;

  @Field(() => Int, { description: "Entries that wait." })
  waiting!: number;

  @Field(() => DateTime, { nullable: true })
  deliveredAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  pausedAt!: string | null;

  @Field(() => DateTime, { nullable: true })
  failingSince!: string | null;

  @Field(() => String, { nullable: true, description: "Why the last attempt failed." })
  lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it is tried again after a failure." })
  nextTryAt!: string | null;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;
}

@InputType()
export class CreateAuditStreamInput {
  @Field(() => AuditStreamKindEnum)
  kind!: StreamKind;

  @Field(() => String, {
    description:
      "https://… or http://… of a webhook; syslog+tls://host:6514 or syslog://host:601 of a syslog.",
  })
  url!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: "Begins with the first entry that there is. Left out: with the next one.",
  })
  includesPast?: boolean | null;
}

@InputType()
export class UpdateAuditStreamInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  url?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Of a webhook: deliveries are signed with another secret from now on.",
  })
  newSecret?: boolean | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
abstract class AuditStreamSuccess {
  @Field(() => AuditStream)
  auditStream!: AuditStream;
}

@ObjectType({ simpleResolvers: true })
abstract class SecretSuccess extends AuditStreamSuccess {
  @Field(() => String, {
    nullable: true,
    description:
      "What deliveries of a webhook are signed with (whsec_…); told here alone. Null where it is not new.",
  })
  secret!: string | null;
}

@ObjectType({ simpleResolvers: true })
export class CreateAuditStreamSuccess extends SecretSuccess {}
@ObjectType({ simpleResolvers: true })
export class UpdateAuditStreamSuccess extends SecretSuccess {}
@ObjectType({ simpleResolvers: true })
export class PauseAuditStreamSuccess extends AuditStreamSuccess {}
@ObjectType({ simpleResolvers: true })
export class ResumeAuditStreamSuccess extends AuditStreamSuccess {}

@ObjectType({ simpleResolvers: true })
export class DeleteAuditStreamSuccess {
  @Field(() => ID)
  id!: string;
}

const refusals = [InvalidInput, Conflict];
export const CreateAuditStreamPayload = payloadUnion(
  "CreateAuditStreamPayload",
  CreateAuditStreamSuccess,
  refusals,
);
export const UpdateAuditStreamPayload = payloadUnion(
  "UpdateAuditStreamPayload",
  UpdateAuditStreamSuccess,
  refusals,
);
export const PauseAuditStreamPayload = payloadUnion(
  "PauseAuditStreamPayload",
  PauseAuditStreamSuccess,
  refusals,
);
export const ResumeAuditStreamPayload = payloadUnion(
  "ResumeAuditStreamPayload",
  ResumeAuditStreamSuccess,
  refusals,
);
export const DeleteAuditStreamPayload = payloadUnion(
  "DeleteAuditStreamPayload",
  DeleteAuditStreamSuccess,
  refusals,
);
