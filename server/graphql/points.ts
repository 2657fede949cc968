import {
  getNamedType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** What a document asks for, counted as GitHub's GraphQL API documents it. */
export interface DocumentPrice {
  /** Rows that all connections together may give. */
  readonly nodeCount: number;
  /** One a hundred of the lookups that its connections need; at least one. */
  readonly points: number;
}

const USUAL_PAGE = 20;
const LOOKUPS_A_POINT = 100;

interface Sum {
  nodes: number;
  lookups: number;
}

/**
 * Prices a validated document, whose limits keep this walk short. A connection of `first` rows is one lookup for each row
 * of the connection around it, and `first` times as many nodes.
 */
export function priceOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): DocumentPrice {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const sum: Sum = { nodes: 0, lookups: 0 };
  const root = schema.getRootType(operation.operation);
  new Walk(schema, fragments, variables, sum).set(operation.selectionSet, root ?? undefined, 1);
  return { nodeCount: sum.nodes, points: Math.max(1, Math.round(sum.lookups / LOOKUPS_A_POINT)) };
}

class Walk {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly sum: Sum,
  ) {}

  /** @param rows how many rows of the connection around it there may be */
  set(selections: SelectionSetNode, type: GraphQLNamedType | undefined, rows: number): void {
    for (const node of selections.selections) {
      if (node.kind === Kind.FIELD) this.field(node, type, rows);
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value;
        this.set(node.selectionSet, condition ? this.schema.getType(condition) : type, rows);
      } else {
        const fragment = this.fragments.get(node.name.value);
        if (fragment)
          this.set(fragment.selectionSet, this.schema.getType(fragment.typeCondition.name.value), rows);
      }
    }
  }

  private field(node: FieldNode, type: GraphQLNamedType | undefined, rows: number): void {
    if (!node.selectionSet) return;
    const field =
      type && "getFields" in type ? (type as GraphQLObjectType).getFields()[node.name.value] : undefined;
    const below = field && getNamedType(field.type);
    if (!isObjectType(below) || !below.name.endsWith("Connection"))
      return this.set(node.selectionSet, below, rows);
    const size = this.sizeOf(node);
    this.sum.lookups += rows;
    this.sum.nodes += rows * size;
    this.set(node.selectionSet, below, rows * size);
  }

  private sizeOf(node: FieldNode): number {
    for (const { name, value } of node.arguments ?? []) {
      if (name.value !== "first" && name.value !== "last") continue;
      const given =
        value.kind === Kind.VARIABLE
          ? this.variables[value.name.value]
          : "value" in value && Number(value.value);
      if (typeof given === "number" && given > 0) return given;
    }
    return USUAL_PAGE;
  }
}
