import { Field, ID, Int, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.js";
import { AuditPurge } from "./purge.type.js";

@ObjectType({
  simpleResolvers: true,
  description: "What is wrong with the record, and where: at an entry, at a seal, or at neither.",
})
export class AuditFault {
  @Field(() => String, { description: "Such as entry-changed, entry-missing, seal-missing, end-cut." })
  kind!: string;

  @Field(() => Int, { nullable: true })
  seq!: number | null;

  @Field(() => Int, { nullable: true })
  seal!: number | null;

  @Field(() => String)
  message!: string;
}

@ObjectType({ simpleResolvers: true, description: "What a check of the organisation's record found." })
export class AuditVerification {
  @Field(() => Boolean)
  isIntact!: boolean;

  @Field(() => DateTime)
  checkedAt!: string;

  @Field(() => Int)
  tookMs!: number;

  @Field(() => Int, { description: "That were checked." })
  entries!: number;

  @Field(() => Int)
  seals!: number;

  @Field(() => Int, { nullable: true })
  firstSeq!: number | null;

  @Field(() => Int, { nullable: true })
  lastSeq!: number | null;

  @Field(() => Int, { description: "Entries that wait for their seal; counted up to 100,000." })
  unsealed!: number;

  @Field(() => [AuditFault], { description: "The first 20, in order." })
  faults!: readonly AuditFault[];

  @Field(() => Int, {
    nullable: true,
    description:
      "Up to here the record is known outside the database as it is; null: this server knows of no anchor.",
  })
  anchoredSeq!: number | null;

  @Field(() => DateTime, { nullable: true })
  anchoredAt!: string | null;

  @Field(() => [ID], { description: "Names of the keys that sealed, oldest first." })
  keyIds!: readonly string[];

  @Field(() => [AuditPurge], { description: "Months whose entries retention has deleted; their seals stay." })
  purged!: readonly AuditPurge[];
}
