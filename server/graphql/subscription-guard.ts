import {
  getOperationAST,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { MAX_ERRORS, MAX_TOKENS } from "./limits.js";
import { assertModestVariables } from "./variables.js";

export type SubscriptionGuard = (payload: SubscribePayload) => ExecutionArgs | readonly GraphQLError[];

const fault = (code: string, message: string) => [new GraphQLError(message, { extensions: { code } })];

/**
 * What Apollo does for HTTP, done for the websocket, where none of it applies: token limit, subscriptions only, the
 * same rules and limits, and no introspection at all.
 */
export function subscriptionGuard(schema: GraphQLSchema, limits: ValidationRule): SubscriptionGuard {
  const rules = [...specifiedRules, NoSchemaIntrospectionCustomRule, limits];
  return ({ query, operationName, variables }) => {
    const document = parsed(query);
    if (!("kind" in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (!operation)
      return fault("OPERATION_RESOLUTION_FAILURE", "operationName must name one of the operations.");
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
      return fault("BAD_REQUEST", "Only subscriptions run on a websocket; send this over HTTP.");
    if (hasConditionalRoot(operation.selectionSet, document))
      return fault("BAD_REQUEST", "@skip and @include cannot be used on the root field of a subscription.");
    const errors = validate(schema, document, rules, { maxErrors: MAX_ERRORS });
    if (errors.length > 0) return errors.map(withCode);
    try {
      assertModestVariables(variables);
    } catch (error) {
      return [error as GraphQLError];
    }
    return { schema, document, operationName, variableValues: variables };
  };
}

function parsed(query: string): DocumentNode | readonly GraphQLError[] {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    return fault(
      "GRAPHQL_PARSE_FAILED",
      error instanceof Error ? error.message : "The document cannot be read.",
    );
  }
}

/**
 * Without its root field a subscription has no source to listen to; graphql-js meets that with a TypeError, and its
 * validation throws where the condition is a variable. So this looks first, at a document of which nothing is known yet.
 */
function hasConditionalRoot(
  { selections }: SelectionSetNode,
  document: DocumentNode,
  seen = new Set<string>(),
): boolean {
  return selections.some((selection) => {
    if (selection.directives?.some(({ name }) => name.value === "skip" || name.value === "include"))
      return true;
    if (selection.kind === Kind.FIELD) return false;
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return hasConditionalRoot(selection.selectionSet, document, seen);
    const name = selection.name.value;
    if (seen.has(name)) return false;
    seen.add(name);
    return document.definitions.some(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION &&
        definition.name.value === name &&
        hasConditionalRoot(definition.selectionSet, document, seen),
    );
  });
}

function withCode(error: GraphQLError): GraphQLError {
  const code = error.extensions.code ?? "GRAPHQL_VALIDATION_FAILED";
  return new GraphQLError(error.message, { nodes: error.nodes, extensions: { code } });
}
