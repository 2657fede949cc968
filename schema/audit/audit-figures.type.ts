import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true })
export class AuditFacetValue {
  @Field(() => String)
  value!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: "Most frequent first." })
export class AuditFacets {
  @Field(() => [AuditFacetValue])
  actions!: readonly AuditFacetValue[];

  @Field(() => [AuditFacetValue])
  outcomes!: readonly AuditFacetValue[];

  @Field(() => [AuditFacetValue])
  actorKinds!: readonly AuditFacetValue[];

  @Field(() => [AuditFacetValue], { description: "Of the first target." })
  resourceTypes!: readonly AuditFacetValue[];

  @Field(() => Int)
  counted!: number;

  @Field(() => Boolean, { description: "There are more than were counted." })
  isCapped!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "The entries from `from` until just before `to`." })
export class AuditVolumeBucket {
  @Field(() => DateTime)
  from!: Date;

  @Field(() => DateTime)
  to!: Date;

  @Field(() => Int)
  count!: number;

  @Field(() => Int)
  denied!: number;

  @Field(() => Int)
  failed!: number;

  @Field(() => Boolean, {
    description:
      "False: some or all of its entries are older than the newest 20,000 that match, which are counted.",
  })
  isComplete!: boolean;
}
