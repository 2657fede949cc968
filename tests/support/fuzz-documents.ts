import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isRequiredArgument,
  isUnionType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { literalOf, valueOf, type Dice } from "./fuzz-values.js";

export interface FuzzDocument {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}
export type RootKind = "query" | "mutation" | "subscription";

/** Never asked for: they end the process's own time, by design of the password hash, and have tests of their own. */
const SLOW: ReadonlySet<string> = new Set(["changePassword"]);

/** Writes documents that are mostly valid, with naughty values; a few are broken afterwards. */
export class Fuzzer {
  private readonly enumNames: ReadonlySet<string>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly ids: readonly string[],
  ) {
    const enums = Object.values(schema.getTypeMap()).filter(isEnumType);
    this.enumNames = new Set(enums.flatMap((type) => type.getValues().map(({ name }) => name)));
  }

  document(dice: Dice, kind: RootKind): FuzzDocument {
    const document = new Draft(this.schema, this.ids, this.enumNames, dice).write(kind);
    return dice.once(8) ? { ...document, query: broken(document.query, dice) } : document;
  }
}

/** One document while it is written. */
class Draft {
  private readonly declared: string[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly fragments: string[] = [];
  private count = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly ids: readonly string[],
    private readonly enumNames: ReadonlySet<string>,
    private readonly dice: Dice,
  ) {}

  write(kind: RootKind): FuzzDocument {
    const { dice } = this;
    const roots = { query: 3, mutation: 2, subscription: 1 }[kind];
    const type = this.schema.getRootType(kind as never)! as GraphQLObjectType;
    const fields = Object.values(type.getFields()).filter(({ name }) => !SLOW.has(name));
    const selection = Array.from({ length: 1 + dice.below(roots) }, () => this.field(dice.of(fields), 4));
    const variables = this.declared.length > 0 ? `(${this.declared.join(", ")})` : "";
    const query = `${kind} fuzz${variables} { ${selection.join(" ")} } ${this.fragments.join(" ")}`;
    return { query, variables: this.variables };
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const { dice } = this;
    const given = field.args
      .filter((argument) => (isRequiredArgument(argument) ? !dice.once(40) : dice.once(3)))
      .map((argument) => {
        const value = valueOf(dice, argument.type, this.ids);
        return `${argument.name}: ${dice.once(2) ? this.variable(String(argument.type), value) : this.literal(value)}`;
      });
    this.count += 1;
    const alias = depth === 4 || dice.once(12) ? `f${this.count}: ` : "";
    const call = given.length > 0 ? `${field.name}(${given.join(", ")})` : field.name;
    const type = getNamedType(field.type);
    const below = isCompositeType(type) ? ` { ${this.selection(type, depth - 1)} }` : "";
    return `${alias}${call}${this.directive()}${below}`;
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    const { dice } = this;
    if (isUnionType(type) || (isInterfaceType(type) && !dice.once(4))) {
      const members = this.schema.getPossibleTypes(type).filter(() => dice.once(2));
      const parts = members.map((member) => `... on ${member.name} { ${this.selection(member, depth)} }`);
      return ["__typename", ...parts].join(" ");
    }
    const chosen = Object.values((type as GraphQLObjectType).getFields()).filter((field) => {
      if (field.args.some(isRequiredArgument)) return false;
      return isLeafType(getNamedType(field.type)) ? !dice.once(3) : depth > 0 && dice.once(2);
    });
    const text = ["__typename", ...chosen.slice(0, 8).map((field) => this.field(field, depth))].join(" ");
    if (!dice.once(10)) return text;
    this.count += 1;
    this.fragments.push(`fragment g${this.count} on ${type.name} { ${text} }`);
    return `...g${this.count}${this.directive()}`;
  }

  private directive(): string {
    const { dice } = this;
    if (!dice.once(20)) return "";
    const name = dice.of(["skip", "include"]);
    return ` @${name}(if: ${dice.once(2) ? this.variable("Boolean!", dice.once(2)) : String(dice.once(2))})`;
  }

  private variable(type: string, value: unknown): string {
    this.count += 1;
    const name = `v${this.count}`;
    this.declared.push(`$${name}: ${type}`);
    if (!this.dice.once(40)) this.variables[name] = value;
    return `$${name}`;
  }

  private literal(value: unknown): string {
    return literalOf(value, (text) => this.enumNames.has(text) && !this.dice.once(20));
  }
}

/** Cut, doubled, sprinkled with what no document has, or not a document at all. */
function broken(query: string, dice: Dice): string {
  const at = dice.below(query.length + 1);
  const [before, after] = [query.slice(0, at), query.slice(at)];
  return dice.of([
    before,
    after,
    before + dice.text() + after,
    before + dice.of(["{", "}", "(", "$", "@", "...", '"""', "\u0000", "\ufeff", "1e999", "# "]) + after,
    query + query,
    `{ ${query}`,
    dice.text(),
  ]);
}
