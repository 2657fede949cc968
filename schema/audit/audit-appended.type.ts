import { Field, ObjectType } from "type-graphql";
import { GapReasonEnum, type GapReason } from "../feed/gap.type.js";
import { AuditLog } from "./audit-log.type.js";

@ObjectType({ simpleResolvers: true, description: "Entries behind the cursor cannot be told any more." })
export class AuditFeedGap {
  @Field(() => GapReasonEnum, {
    description:
      "PURGED: deleted by retention. AHEAD: the record ends before the cursor; the database was restored from a copy.",
  })
  reason!: GapReason;

  @Field(() => [AuditLog], { description: "The newest that match, at most 50, newest first." })
  snapshot!: readonly AuditLog[];
}

@ObjectType({ simpleResolvers: true })
export class AuditAppendedEvent {
  @Field(() => String, { description: "Hand it back as `after` to go on from here." })
  cursor!: string;

  @Field(() => AuditLog, {
    nullable: true,
    description: "Null in the event that tells of a gap, and only there.",
  })
  auditLog!: AuditLog | null;

  @Field(() => AuditFeedGap, { nullable: true })
  gap!: AuditFeedGap | null;
}
