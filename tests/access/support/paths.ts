import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

/** A way from a root field to a type, with all that the type tells by itself. */
export interface Path {
  /** "message.lead" */
  readonly name: string;
  readonly type: string;
  readonly document: string;
}

/**
 * Every way from the query's root fields to these types that passes no type twice.
 * @param calls how a root field is called, where it has to be given something
 */
export function pathsTo(
  schema: GraphQLSchema,
  types: ReadonlySet<string>,
  calls: Readonly<Record<string, string>>,
): Path[] {
  return Object.values(schema.getQueryType()!.getFields()).flatMap((field) => {
    const start = { names: [field.name], types: new Set<string>(), opens: [calls[field.name] ?? field.name] };
    return walk(schema, types, getNamedType(field.type), start, "query");
  });
}

/** The same from one subscription, whose events are its only root. */
export function pathsOfEvent(
  schema: GraphQLSchema,
  types: ReadonlySet<string>,
  field: string,
  call: string,
): Path[] {
  const event = schema.getSubscriptionType()!.getFields()[field]!;
  const start = { names: [field], types: new Set<string>(), opens: [call] };
  return walk(schema, types, getNamedType(event.type), start, "subscription");
}

interface Way {
  readonly names: readonly string[];
  readonly types: ReadonlySet<string>;
  readonly opens: readonly string[];
}

function walk(
  schema: GraphQLSchema,
  wanted: ReadonlySet<string>,
  type: GraphQLNamedType,
  way: Way,
  operation: string,
): Path[] {
  if (isInterfaceType(type))
    return schema
      .getPossibleTypes(type)
      .flatMap((possible) =>
        walk(
          schema,
          wanted,
          possible,
          onward(way, type, `... on ${possible.name}`, `(${possible.name})`),
          operation,
        ),
      );
  if (!isObjectType(type) || way.types.has(type.name)) return [];
  const here = wanted.has(type.name)
    ? [{ name: way.names.join("."), type: type.name, document: documentOf(way, type, operation) }]
    : [];
  const beyond = Object.values(type.getFields())
    .filter((field) => !isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
    .flatMap((field) =>
      walk(schema, wanted, getNamedType(field.type), onward(way, type, field.name, field.name), operation),
    );
  return [...here, ...beyond];
}

function onward(way: Way, type: GraphQLNamedType, open: string, name: string): Way {
  return {
    names: [...way.names, name],
    types: new Set([...way.types, type.name]),
    opens: [...way.opens, open],
  };
}

function documentOf({ opens }: Way, type: GraphQLObjectType, operation: string): string {
  const leaves = Object.values(type.getFields())
    .filter(isPlainLeaf)
    .map(({ name }) => name);
  return `${operation} { ${opens.join(" { ")} { ${leaves.join(" ")} ${"}".repeat(opens.length)} }`;
}

const isPlainLeaf = (field: GraphQLField<unknown, unknown>): boolean =>
  isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument);
