import { defaultFieldResolver, type GraphQLObjectType, type GraphQLSchema } from "graphql";
import type { SchemaContext } from "../context.js";
import type { Guard, Guards } from "./shield.js";

/**
 * Puts the guards on Query, Mutation and Subscription, in place. A subscription is guarded twice: when it opens (shield
 * alone would start the source for a refused caller, because type-graphql gives every such field a resolver) and for
 * every event, with the actor of that moment.
 */
export function guardRootFields(schema: GraphQLSchema, guards: Guards): void {
  for (const type of [schema.getQueryType(), schema.getMutationType()])
    if (type)
      eachField(type, guards, (field, guard) => {
        const inner = field.resolve ?? defaultFieldResolver;
        field.resolve = (parent, args, context, info) => guard(inner, parent, args, context, info);
      });
  const subscription = schema.getSubscriptionType();
  if (subscription) guardSubscriptions(subscription, guards);
}

function guardSubscriptions(type: GraphQLObjectType<unknown, SchemaContext>, guards: Guards): void {
  eachField(type, guards, (field, guard) => {
    const open = field.subscribe;
    if (!open) throw new TypeError(`Subscription.${field.name} has nothing to subscribe to`);
    const show = field.resolve ?? defaultFieldResolver;
    field.subscribe = (parent, args, context, info) => guard(open, parent, args, context, info);
    field.resolve = (parent, args, context, info) => guard(show, parent, args, context, info);
  });
}

type Field = ReturnType<GraphQLObjectType<unknown, SchemaContext>["getFields"]>[string];

function eachField(
  type: GraphQLObjectType<unknown, SchemaContext>,
  guards: Guards,
  guardOne: (field: Field, guard: Guard) => void,
): void {
  for (const field of Object.values(type.getFields())) {
    const guard = guards.get(`${type.name}.${field.name}`);
    // Not reachable with guards of the same schema; without this line a gap there would be an open door.
    if (!guard) throw new TypeError(`${type.name}.${field.name} has no guard`);
    guardOne(field, guard);
  }
}
