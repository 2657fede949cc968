import type { GraphQLSchema } from "graphql";
import type { Requirement } from "#domain/access/actor.js";
import { DomainError } from "#domain/errors.js";
import type { SchemaContext } from "../context.js";

export const ROOTS = ["Query", "Mutation", "Subscription"] as const;
export type Root = (typeof ROOTS)[number];

/** Root field → what a caller must be. A shelf's `<shelf>.rules.ts` reads the permissions of mutations from the commands. */
export type ShelfRules = { readonly [R in Root]?: Readonly<Record<string, Requirement>> };
/** All root fields, e.g. "Query.campaigns" → "campaign:read". */
export type AccessTable = ReadonlyMap<string, Requirement>;

/** A root field has no rule, a rule has no field, or two shelves claim one field. Every case is named. */
export class AccessTableError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The rules do not cover the root fields one to one:\n  ${faults.join("\n  ")}`);
    this.name = "AccessTableError";
  }
}

/** @throws AccessTableError when two shelves rule the same field. */
export function mergeRules(shelves: readonly ShelfRules[]): AccessTable {
  const table = new Map<string, Requirement>();
  const faults: string[] = [];
  for (const shelf of shelves)
    for (const root of ROOTS)
      for (const [field, requirement] of Object.entries(shelf[root] ?? {})) {
        const name = `${root}.${field}`;
        if (table.has(name)) faults.push(`${name} is ruled twice`);
        table.set(name, requirement);
      }
  if (faults.length > 0) throw new AccessTableError(faults);
  return table;
}

/** "Query.me" and so on, in the order of the schema. */
export function rootFields(schema: GraphQLSchema): string[] {
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return types.flatMap((type) =>
    type ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
}

/** @throws AccessTableError naming every field without a rule and every rule without a field. */
export function assertCovered(schema: GraphQLSchema, table: AccessTable): void {
  const fields = rootFields(schema);
  const faults = [
    ...fields.filter((field) => !table.has(field)).map((field) => `${field} has no rule`),
    ...[...table.keys()]
      .filter((name) => !fields.includes(name))
      .map((name) => `${name} is ruled but does not exist`),
  ];
  if (faults.length > 0) throw new AccessTableError(faults);
}

/**
 * May this caller use that root field? A refused person leaves one audit entry a document, however many of its fields
 * are refused; what looks through another's eyes may read only.
 * @returns true, or the error to answer with.
 */
export async function decide(
  requirement: Requirement,
  { op }: SchemaContext,
  field: string,
): Promise<true | DomainError> {
  try {
    await op.authorise(requirement, field);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
