import { Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import type { ShelfRules } from "./access/rules.js";
import type { SchemaContext } from "./context.js";
import { DateTime } from "./scalars.js";

@ObjectType({ simpleResolvers: true, description: "The caller's points of this minute, over all servers." })
export class RateLimit {
  @Field(() => Int)
  limit!: number;

  @Field(() => Int)
  used!: number;

  @Field(() => Int)
  remaining!: number;

  @Field(() => Int, { description: "Points of this document: one a hundred lookups, at least one." })
  cost!: number;

  @Field(() => Int, { description: "Rows that the connections of this document may give." })
  nodeCount!: number;

  @Field(() => DateTime)
  resetAt!: Date;
}

@Resolver()
export class RateLimitResolver {
  @Query(() => RateLimit)
  rateLimit(@Ctx() { budget }: SchemaContext): RateLimit {
    return budget;
  }
}

export const rateLimitRules: ShelfRules = { Query: { rateLimit: "signedIn" } };
