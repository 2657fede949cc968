import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { buildSchemaSync, type ClassType, type PubSub } from "type-graphql";
import { assertCovered, mergeRules, type AccessTable } from "./access/rules.js";
import { guardRootFields } from "./access/guard-subscriptions.js";
import { guardsFor } from "./access/shield.js";
import { SHELVES, type Shelf } from "./shelves.js";

/** type-graphql wants one as soon as there is a subscription; all of ours bring their own source. */
const noPubSub: PubSub = {
  publish() {},
  subscribe() {
    throw new Error("Subscriptions bring their own source");
  },
};

export interface BuiltSchema {
  readonly schema: GraphQLSchema;
  readonly access: AccessTable;
}

/**
 * The guarded schema and the table of who may use which root field.
 * @throws AccessTableError naming each root field without a rule, rule without a field, and field ruled twice.
 */
export function buildSchema(shelves: readonly Shelf[] = SHELVES): BuiltSchema {
  const access = mergeRules(shelves.map((shelf) => shelf.rules));
  const resolvers = shelves.flatMap((shelf) => shelf.resolvers) as [ClassType, ...ClassType[]];
  const schema = buildSchemaSync({ resolvers, validate: false, pubSub: noPubSub });
  assertCovered(schema, access);
  guardRootFields(schema, guardsFor(schema, access));
  return { schema, access };
}
