import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { TeamView } from "#domain/teams/index.js";
import { Node } from "../node.type.js";

@ObjectType({ implements: Node, simpleResolvers: true })
export class Team extends Node {
  @Field(() => String)
  name!: string;
}

export const teamOf = (view: Pick<TeamView, "id" | "name">): Team => Object.assign(new Team(), view);

@InputType()
export class CreateTeamInput {
  @Field(() => String)
  name!: string;
}

@InputType()
export class UpdateTeamInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@InputType("TeamFilter")
export class TeamFilterInput {
  @Field(() => String, { nullable: true, description: "Part of the name." })
  text?: string | null;

  @Field(() => Boolean, { nullable: true })
  includeArchived?: boolean | null;
}
