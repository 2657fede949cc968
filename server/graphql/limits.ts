import {
  getNamedType,
  GraphQLError,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";

/** Tokens are counted while parsing, before any rule runs. */
export const MAX_TOKENS = 1000;
/** Validation stops after so many errors (graphql-js adds one that says so). */
export const MAX_ERRORS = 4;

/** What one document may ask for. */
export const LIMITS = {
  depth: 8,
  aliases: 15,
  rootFields: 10,
  directives: 10,
  fields: 500,
  /** One a field, multiplied by the size of every list above it. */
  cost: 5000,
  mutations: 3,
  /** Mutations that need no sign-in, such as signIn: each guess of a password is a request of its own. */
  publicMutations: 1,
} as const;
/** Introspection nests deeper by nature; graphql-js bounds its lists (MaxIntrospectionDepthRule). */
const INTROSPECTION = { depth: 20, fields: 1000 } as const;

/** The size of a list whose field does not say: what the product's lists usually have. */
const USUAL_LIST = 10;
/** The most that any list gives; what a variable may stand for. */
const LARGEST_LIST = 100;

interface Weight {
  depth: number;
  /** Fields at this level itself, those in fragments too; at the root, the root fields. */
  siblings: number;
  /** Those of the siblings that are public mutations. */
  open: number;
  aliases: number;
  directives: number;
  fields: number;
  cost: number;
}
const nothing = (): Weight => ({
  depth: 0,
  siblings: 0,
  open: 0,
  aliases: 0,
  directives: 0,
  fields: 0,
  cost: 0,
});

/** Adds what stands side by side: sums, and the deepest. */
function add(sum: Weight, part: Weight): void {
  sum.depth = Math.max(sum.depth, part.depth);
  sum.siblings += part.siblings;
  sum.open += part.open;
  sum.aliases += part.aliases;
  sum.directives += part.directives;
  sum.fields += part.fields;
  sum.cost += part.cost;
}

/**
 * One validation rule for everything that makes a query too expensive, over HTTP and websocket. Each fragment is
 * weighed once however often it is spread, so that a bomb of nested spreads costs as little as it is long.
 * @param publicMutations names of the mutations that need no sign-in
 */
export function queryLimits(publicMutations: ReadonlySet<string>): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const fault = new Scales(context, publicMutations).faultOf(operation);
      if (fault)
        context.reportError(
          new GraphQLError(`The query is too complex: ${fault}.`, {
            nodes: operation,
            extensions: { code: "QUERY_TOO_COMPLEX" },
          }),
        );
      return false;
    },
  });
}

class Scales {
  private readonly weighed = new Map<string, Weight>();
  private readonly open = new Set<string>();
  private readonly introspection = nothing();

  constructor(
    private readonly context: ValidationContext,
    private readonly publicMutations: ReadonlySet<string>,
  ) {}

  faultOf(operation: OperationDefinitionNode): string | null {
    const root = this.context.getSchema().getRootType(operation.operation) ?? null;
    const weight = this.weigh(operation.selectionSet, root, null);
    weight.directives += operation.directives?.length ?? 0;
    const isMutation = operation.operation === OperationTypeNode.MUTATION;
    const open = isMutation ? weight.open : 0;
    const { depth, fields } = this.introspection;
    return (
      over("depth", weight.depth, LIMITS.depth) ??
      over("aliases", weight.aliases, LIMITS.aliases) ??
      over("root fields", weight.siblings, isMutation ? LIMITS.mutations : LIMITS.rootFields) ??
      over("sign-ins and the like", open, LIMITS.publicMutations) ??
      over("directives", weight.directives, LIMITS.directives) ??
      over("fields", weight.fields, LIMITS.fields) ??
      over("cost", weight.cost, LIMITS.cost) ??
      over("depth of introspection", depth, INTROSPECTION.depth) ??
      over("fields of introspection", fields, INTROSPECTION.fields)
    );
  }

  /** @param pageSize what the field above asked for, when it is the connection around a list. */
  private weigh(set: SelectionSetNode, type: GraphQLCompositeType | null, pageSize: number | null): Weight {
    const sum = nothing();
    for (const node of set.selections) {
      sum.directives += node.directives?.length ?? 0;
      if (node.kind === Kind.FIELD) add(sum, this.weighField(node, type, pageSize));
      else if (node.kind === Kind.INLINE_FRAGMENT)
        add(
          sum,
          this.weigh(node.selectionSet, this.typeNamed(node.typeCondition?.name.value) ?? type, pageSize),
        );
      else add(sum, this.weighFragment(node.name.value, pageSize));
    }
    return sum;
  }

  private weighField(node: FieldNode, type: GraphQLCompositeType | null, pageSize: number | null): Weight {
    const name = node.name.value;
    const own: Weight = {
      depth: 1,
      siblings: 1,
      open: this.publicMutations.has(name) ? 1 : 0,
      aliases: node.alias ? 1 : 0,
      directives: 0,
      fields: 1,
      cost: 1,
    };
    if (!node.selectionSet) return own;
    const field = type && "getFields" in type ? type.getFields()[name] : undefined;
    const below = field && getNamedType(field.type);
    const size = sizeOf(node);
    const isList = field ? listIn(field.type) : false;
    const inner = this.weigh(
      node.selectionSet,
      isCompositeType(below) ? below : this.typeNamed(INTROSPECTION_TYPES[name]),
      isList ? null : size,
    );
    if (name === "__schema" || name === "__type") return this.setAside(own, inner);
    own.depth += inner.depth;
    own.aliases += inner.aliases;
    own.directives += inner.directives;
    own.fields += inner.fields;
    own.cost += inner.cost * (isList ? (size ?? pageSize ?? USUAL_LIST) : 1);
    return own;
  }

  /** What introspects is held to bounds of its own, except for aliases and directives. */
  private setAside(own: Weight, inner: Weight): Weight {
    this.introspection.depth = Math.max(this.introspection.depth, inner.depth);
    this.introspection.fields += inner.fields;
    return { ...own, aliases: own.aliases + inner.aliases, directives: inner.directives };
  }

  private weighFragment(name: string, pageSize: number | null): Weight {
    // A cycle is refused by a rule of its own; here it only must not go round for ever.
    if (this.open.has(name)) return nothing();
    const key = `${name} ${pageSize}`;
    const known = this.weighed.get(key);
    if (known) return known;
    const fragment = this.context.getFragment(name);
    if (!fragment) return nothing();
    this.open.add(name);
    const weight = this.weigh(
      fragment.selectionSet,
      this.typeNamed(fragment.typeCondition.name.value),
      pageSize,
    );
    this.open.delete(name);
    this.weighed.set(key, weight);
    return weight;
  }

  private typeNamed(name: string | undefined): GraphQLCompositeType | null {
    const type = name === undefined ? null : this.context.getSchema().getType(name);
    return isCompositeType(type) ? type : null;
  }
}

/** The two fields that stand in no type. */
const INTROSPECTION_TYPES: Readonly<Record<string, string>> = { __schema: "__Schema", __type: "__Type" };

function over(what: string, found: number, most: number): string | null {
  return found > most ? `${what} ${found < 1e6 ? found : "beyond counting"}, at most ${most}` : null;
}

function listIn(type: GraphQLOutputType): boolean {
  for (let inner: GraphQLOutputType = type; ;) {
    if (isListType(inner)) return true;
    if (!isNonNullType(inner)) return false;
    inner = inner.ofType;
  }
}

/** What a field's `first` or `last` asks for; a variable may ask for the most. Null without one. */
function sizeOf(node: FieldNode): number | null {
  const sizes = (node.arguments ?? [])
    .filter(({ name }) => name.value === "first" || name.value === "last")
    .map(({ value }) => (value.kind === Kind.INT ? Math.max(1, Number(value.value)) : LARGEST_LIST));
  return sizes.length > 0 ? Math.max(...sizes) : null;
}
