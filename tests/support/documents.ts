import { randomUUID } from "node:crypto";
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputType,
} from "graphql";

/** The shortest document that calls a root field: required arguments get a value that fits their type. */
export function documentFor(
  operation: "query" | "mutation" | "subscription",
  field: GraphQLField<unknown, unknown>,
) {
  const given = field.args
    .filter(isRequiredArgument)
    .map((argument) => `${argument.name}: ${literal(argument.type)}`);
  const call = given.length > 0 ? `${field.name}(${given.join(", ")})` : field.name;
  const selection = isLeafType(getNamedType(field.type)) ? "" : " { __typename }";
  return `${operation} { ${call}${selection} }`;
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${required.map((field) => `${field.name}: ${literal(field.type)}`).join(", ")} }`;
  }
  const values: Record<string, string> = {
    ID: `"${randomUUID()}"`,
    String: '"someone@example.org"',
    Int: "1",
    Float: "1",
  };
  return values[type.name] ?? { Boolean: "false", JSONObject: "{}" }[type.name] ?? '"2026-05-01T09:30:00Z"';
}
