import { createRequire } from "node:module";
import type * as Shield from "graphql-shield";
import type { GraphQLFieldResolver, GraphQLSchema } from "graphql";
import type { Requirement } from "#domain/access/actor.js";
import { UnauthenticatedError, type DomainError } from "#domain/errors.js";
import type { SchemaContext } from "../context.js";
import { decide, ROOTS, type AccessTable } from "./rules.js";

// The ESM build imports a function that Node 23 removed; the CommonJS build works as long as chain and race are not used.
const { deny, rule, shield } = createRequire(import.meta.url)("graphql-shield") as typeof Shield;

type Resolver = GraphQLFieldResolver<unknown, SchemaContext>;
/** Runs the inner resolver only when the rule allows it; otherwise answers with the rule's error. */
export type Guard = (inner: Resolver, ...call: Parameters<Resolver>) => Promise<unknown>;
export type Guards = ReadonlyMap<string, Guard>;

/** The answer where no rule is: nobody gets in. Reached only if assertCovered was left out. */
const refuse = (): DomainError => new UnauthenticatedError("This field is not open to anybody.");

/** What a caller must be, as a rule of shield. Never cached: a cache keyed by name freezes the first answer. */
function requires(requirement: Requirement): ReturnType<ReturnType<typeof rule>> {
  return rule({ cache: "no_cache" })(async (_parent, _args, context: SchemaContext, info) => {
    const field = `${info.parentType.name}.${info.fieldName}`;
    try {
      return await decide(requirement, context, field);
    } catch (error) {
      // Shield would make this a silent refusal.
      context.report(error, `the rule of ${field}`);
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}

/**
 * The guards of all root fields. Shield allows what it does not know and hides the errors of resolvers; both are turned
 * round here, for every user of it.
 */
export function guardsFor(schema: GraphQLSchema, table: AccessTable): Guards {
  const tree: Record<string, Record<string, ReturnType<typeof requires>>> = {};
  for (const [name, requirement] of table) {
    const [root, field] = name.split(".") as [string, string];
    (tree[root] ??= {})[field] = requires(requirement);
  }
  const generated = shield(tree, {
    fallbackRule: deny,
    fallbackError: refuse,
    allowExternalErrors: true,
  }).generate(schema) as Record<string, Record<string, Guard>>;
  return new Map(
    ROOTS.flatMap((root) =>
      Object.entries(generated[root] ?? {}).map(([field, guard]): [string, Guard] => [
        `${root}.${field}`,
        guard,
      ]),
    ),
  );
}
