import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env.d.ts";

/** Writes a typed document against `schema/schema.graphql`. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Date: string; JSONObject: Record<string, unknown> };
}>();

export type Introspected<Name extends keyof introspection["types"]> = introspection["types"][Name] extends {
  enumValues: infer Values;
}
  ? Values
  : never;

export type { ResultOf, VariablesOf } from "gql.tada";
