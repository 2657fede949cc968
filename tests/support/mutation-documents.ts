import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  buildSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

type Field = GraphQLField<unknown, unknown>;

/** The schema as it is promised. */
export const SCHEMA: GraphQLSchema = buildSchema(
  readFileSync(fileURLToPath(new URL("../../schema/schema.graphql", import.meta.url)), "utf8"),
);
export const MUTATIONS: readonly Field[] = Object.values(SCHEMA.getMutationType()!.getFields());

/** New at every call, by design: what one signs in with, the moment of a count, and how long something waits. */
const FRESH = ["accessToken", "expiresAt", "at", "oldestWaitingSeconds", "throughput"];

/** A mutation with all its arguments as variables, which asks for all that its answer can tell. */
export function mutationDocument(name: string): string {
  const field = MUTATIONS.find((mutation) => mutation.name === name)!;
  const declared = field.args.map((argument) => `$${argument.name}: ${String(argument.type)}`);
  const given = field.args.map((argument) => `${argument.name}: $${argument.name}`);
  const payload = getNamedType(field.type);
  const members = isUnionType(payload) ? payload.getTypes() : [];
  // Members have fields of one name with other types: each gets an alias of its own.
  const asked = members.map((member) => `... on ${member.name} { ${selection(member, 3)} }`);
  return `mutation (${declared.join(", ")}) { answer: ${name}(${given.join(", ")}) { __typename ${asked.join(" ")} } }`;
}

function selection(type: GraphQLObjectType, depth: number): string {
  return Object.values(type.getFields())
    .filter((field) => !FRESH.includes(field.name) && !field.args.some(isRequiredArgument))
    .flatMap((field) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return [field.name];
      if (!isObjectType(named) || depth === 1 || named.name.endsWith("Connection")) return [];
      const inner = selection(named, depth - 1);
      return inner === "" ? [] : [`${field.name} { ${inner} }`];
    })
    .join(" ");
}
