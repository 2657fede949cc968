import { Field, ID, InterfaceType } from "type-graphql";

/**
 * Everything with an id of its own that `node(id:)` finds. Objects of an implementing type must be instances of its
 * class: that is how the interface tells them apart.
 */
@InterfaceType()
export abstract class Node {
  @Field(() => ID)
  id!: string;
}
