import { Field, ObjectType } from "type-graphql";
import { Node } from "../node.type.js";

@ObjectType({ implements: Node, simpleResolvers: true })
export class Team extends Node {
  @Field(() => String)
  name!: string;
}
