import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { EntryView } from "#domain/audit/search/entry-view.js";
import {
  AUDIT_ACTOR_KINDS,
  AUDIT_OUTCOMES,
  type AuditActorKind,
  type AuditFilter,
  type AuditOutcome,
} from "#domain/audit/search/search.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import { DateTime, JSONValue } from "../scalars.js";

export const AuditOutcomeEnum = enumOf("AuditOutcome", AUDIT_OUTCOMES);
export const AuditActorKindEnum = enumOf("AuditActorKind", AUDIT_ACTOR_KINDS);

@ObjectType({ simpleResolvers: true })
export class AuditActor {
  @Field(() => AuditActorKindEnum)
  kind!: AuditActorKind;

  @Field(() => ID, { nullable: true })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "Of a person; null when they have been erased." })
  email!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What to show: an address, the name of a job, “Erased person”.",
  })
  label!: string | null;
}

@ObjectType({ simpleResolvers: true })
export class AuditTarget {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  id!: string;

  @Field(() => String, { nullable: true, description: "What it was called then, or is called today." })
  label!: string | null;
}

@ObjectType({ simpleResolvers: true })
export class AuditChange {
  @Field(() => String)
  field!: string;

  @Field(() => JSONValue, {
    nullable: true,
    description: "Null when it was empty, or about a person who has been erased.",
  })
  before!: unknown;

  @Field(() => JSONValue, { nullable: true })
  after!: unknown;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "An entry of the audit record (docs/audit-format.md). It is never changed.",
})
export class AuditLog extends Node {
  @Field(() => Int, { nullable: true, description: "Its number in the chain; null until it is sealed." })
  seq!: number | null;

  @Field(() => DateTime)
  at!: string;

  @Field(() => String, { description: "E.g. user.role.changed." })
  action!: string;

  @Field(() => String, { description: "What happened, for people; plain text." })
  sentence!: string;

  @Field(() => AuditActor)
  actor!: AuditActor;

  @Field(() => AuditActor, {
    nullable: true,
    description: "Whoever started the job that acted.",
  })
  onBehalfOf!: AuditActor | null;

  @Field(() => AuditOutcomeEnum)
  outcome!: AuditOutcome;

  @Field(() => String, { nullable: true })
  reasonCode!: string | null;

  @Field(() => String, { nullable: true, description: "Of the first target." })
  resourceType!: string | null;

  @Field(() => String, { nullable: true, description: "Of the first target." })
  resourceId!: string | null;

  @Field(() => [AuditTarget])
  targets!: readonly AuditTarget[];

  @Field(() => [AuditChange])
  changes!: readonly AuditChange[];

  @Field(() => String, { nullable: true })
  ip!: string | null;

  @Field(() => String, { nullable: true })
  userAgent!: string | null;

  @Field(() => String)
  requestId!: string;

  @Field(() => ID, { nullable: true })
  sessionId!: string | null;

  @Field(() => ID, { nullable: true })
  jobId!: string | null;

  @Field(() => Boolean, {
    description: "Something in it was about a person who has been erased; it is null now.",
  })
  isErased!: boolean;
}

export const auditLogOf = (view: EntryView): AuditLog => Object.assign(new AuditLog(), view);

export const AuditLogConnection = connectionType("AuditLog", () => AuditLog);

@InputType("AuditLogFilter", { description: "All that is given must hold." })
export class AuditLogFilterInput implements AuditFilter {
  @Field(() => ID, { nullable: true })
  actorId?: string | null;

  @Field(() => AuditActorKindEnum, { nullable: true })
  actorKind?: AuditActorKind | null;

  @Field(() => String, { nullable: true, description: "An action, or a group of them such as user." })
  action?: string | null;

  @Field(() => String, { nullable: true, description: "Actions that begin with it, e.g. campaign." })
  actionPrefix?: string | null;

  @Field(() => String, { nullable: true, description: "Of the first target." })
  resourceType?: string | null;

  @Field(() => String, { nullable: true, description: "Of the first target." })
  resourceId?: string | null;

  @Field(() => AuditOutcomeEnum, { nullable: true })
  outcome?: AuditOutcome | null;

  @Field(() => DateTime, { nullable: true, description: "At this time or later." })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Before." })
  to?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: "Words that the entry has; the last one may be a beginning.",
  })
  text?: string | null;

  @Field(() => String, { nullable: true, description: "An address, or the beginning of one: 10.0." })
  ip?: string | null;

  @Field(() => String, { nullable: true })
  requestId?: string | null;

  @Field(() => ID, { nullable: true })
  sessionId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'One box: words, "words in a row" and actor: kind: action: outcome: target: ip: request: session: seq: after: before:, each with - before it for what must not be. E.g. actor:ada action:user.* -outcome:success after:7d',
  })
  query?: string | null;
}
