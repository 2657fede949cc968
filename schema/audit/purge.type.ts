import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.js";

@ObjectType({
  simpleResolvers: true,
  description: "Entries of a month that retention has deleted; their seals stay.",
})
export class AuditPurge {
  @Field(() => String, { description: "Such as 2026-01." })
  month!: string;

  @Field(() => Int)
  firstSeq!: number;

  @Field(() => Int)
  lastSeq!: number;

  @Field(() => DateTime)
  at!: string;

  @Field(() => String)
  policy!: string;
}
