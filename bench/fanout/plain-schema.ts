import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import type { Ticker } from "./event.js";

const text = { type: new GraphQLNonNull(GraphQLString) };

/** The subscription of all contestants, with nothing around it. */
export function plainSchema(ticker: Ticker): GraphQLSchema {
  const tick = new GraphQLObjectType({ name: "Tick", fields: { sentAt: text, text } });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: "Query", fields: { ping: { ...text, resolve: () => "pong" } } }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: {
        ticks: {
          type: new GraphQLNonNull(tick),
          subscribe: () => ticker.watch(),
          resolve: (event: unknown) => event,
        },
      },
    }),
  });
}
