import type { ApolloServerPlugin } from "@apollo/server";
import type { OperationDefinitionNode } from "graphql";
import { traceOf } from "#platform/sentry.js";
import type { SchemaContext } from "#schema/context.js";

const LONGEST_NAME = 80;

/** What a document is called in reports, e.g. "query Campaigns". */
export function labelOf({ operation, name }: OperationDefinitionNode): string {
  return name ? `${operation} ${name.value.slice(0, LONGEST_NAME)}` : operation;
}

/** Spans of parsing, validating and executing; only a request that has a trace gets the hooks that make them. */
export const traceDocument: ApolloServerPlugin<SchemaContext> = {
  async requestDidStart({ contextValue }) {
    const trace = traceOf(contextValue.op.request);
    if (!trace) return undefined;
    const spanOf = async (phase: string) => {
      const end = trace.begin(`graphql.${phase}`, phase);
      return async () => end();
    };
    return {
      parsingDidStart: () => spanOf("parse"),
      validationDidStart: () => spanOf("validate"),
      async didResolveOperation({ operation }) {
        if (operation) trace.name = `${trace.name} (${labelOf(operation)})`;
      },
      async executionDidStart() {
        const end = trace.begin("graphql.execute", "execute", false);
        return { executionDidEnd: async () => end() };
      },
    };
  },
};
