import {
  buildASTSchema,
  parse,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { readFileSync } from "node:fs";
import type { Actor } from "../../../domain/access/actor.js";
import type { Permission } from "../../../domain/access/permissions.js";
import { ROLE_PERMISSIONS, type Role } from "../../../domain/access/roles.js";
import { DomainError, ForbiddenError } from "../../../domain/errors.js";
import type { Database } from "../../../platform/database/database.js";
import { openOperation } from "../../../platform/database/open-operation.js";
import { guardRootFields } from "../../../schema/access/guard-subscriptions.js";
import { ROOTS, type AccessTable } from "../../../schema/access/rules.js";
import { guardsFor } from "../../../schema/access/shield.js";
import type { SchemaContext } from "../../../schema/context.js";
import { permissionsOf, WIRES } from "./domain-table.js";
import { faultOf, REACHED, refusalOf, type Identity, type Verdict } from "./judge.js";

/** An identity with the actor that the product would take it for. */
export interface Asking extends Identity {
  readonly actor: Actor;
}

const contract: DocumentNode = parse(readFileSync("schema/schema.graphql", "utf8"));
const TO = "reached";

/** The contract under these rules: the real guards, before root fields that only answer that they were reached. */
export function guardedBy(table: AccessTable): GraphQLSchema {
  const schema = buildASTSchema(contract, { assumeValid: true });
  for (const root of ROOTS)
    for (const field of Object.values(typeOf(schema, root).getFields())) {
      field.resolve = () => TO;
      if (root === "Subscription") field.subscribe = () => TO;
    }
  guardRootFields(schema, guardsFor(schema, table));
  return schema;
}

const typeOf = (schema: GraphQLSchema, root: string) =>
  schema.getType(root) as GraphQLObjectType<unknown, SchemaContext>;

/** Asks for a root field as graphql-js does. A subscription is asked twice: to open it, and for an event. */
export async function askInProcess(schema: GraphQLSchema, name: string, asking: Asking): Promise<Verdict> {
  const [root, fieldName] = name.split(".") as [string, string];
  const parentType = typeOf(schema, root);
  const field = parentType.getFields()[fieldName]!;
  const ways = root === "Subscription" ? [field.subscribe, field.resolve] : [field.resolve];
  const verdicts = [];
  for (const way of ways) {
    const call = async () =>
      way!(undefined, {}, contextOf(asking.actor), { parentType, fieldName } as Parameters<
        NonNullable<typeof way>
      >[3]);
    const answer: unknown = await call().catch((error: unknown) => error);
    verdicts.push(verdictOf(answer));
  }
  const [first, second = first] = verdicts;
  return JSON.stringify(first) === JSON.stringify(second) ? first! : { answer: "FAILED" };
}

/** Every fault of these fields for all identities. */
export async function faultsOf(
  schema: GraphQLSchema,
  fields: readonly string[],
  everybody: readonly Asking[],
): Promise<string[]> {
  const faults = [];
  for (const field of fields)
    for (const asking of everybody)
      faults.push(faultOf(field, asking, await askInProcess(schema, field, asking)));
  return faults.filter((fault) => fault !== null);
}

function verdictOf(answer: unknown): Verdict {
  if (answer === TO) return REACHED;
  if (!(answer instanceof DomainError)) return { answer: "FAILED" };
  const explain = answer instanceof ForbiddenError ? answer.explain : null;
  return refusalOf(answer.code, explain) ?? { answer: "FAILED" };
}

/** The real operation, over a database that knows nobody to ask and keeps no record: more the guards do not look at. */
function contextOf(actor: Actor): SchemaContext {
  const nobody = { query: async () => [] } as unknown as Database;
  const op = Object.assign(openOperation(nobody, actor, { requestId: "in process" }), {
    record: async () => {},
  });
  return { op, report: () => {} } as unknown as SchemaContext;
}

const personOf = (role: string, viewedBy: { userId: string; email: string } | null = null): Actor => ({
  kind: "USER",
  userId: "person",
  email: `${role}@example.org`,
  role: role as Role,
  sessionId: "session",
  tenantId: "tenant",
  teamIds: [],
  masksAddresses: false,
  viewedBy,
});

/** The product's table, to be changed for the time of a test. */
export const roleTable = ROLE_PERMISSIONS as unknown as Record<string, Set<Permission>>;

/** A role that exists for these tests alone. */
function made(name: string, permissions: ReadonlySet<Permission>): Asking {
  roleTable[name] = new Set(permissions);
  return { name, isSignedIn: true, permissions, actor: personOf(name) };
}

const roles = (["ADMIN", "MANAGER", "USER"] as const).map((role): Asking => ({
  name: role,
  isSignedIn: true,
  permissions: permissionsOf(role),
  actor: personOf(role),
}));

/** 55: a stranger, the roles, exactly one permission, all but one, and an administrator behind another's eyes. */
export const EVERYBODY: readonly Asking[] = [
  { name: "a stranger", isSignedIn: false, permissions: new Set(), actor: { kind: "ANONYMOUS" } },
  ...roles,
  ...WIRES.map((wire) => made(`only ${wire}`, new Set([wire]))),
  ...WIRES.map((wire) => made(`all but ${wire}`, new Set(WIRES.filter((other) => other !== wire)))),
  {
    name: "ADMIN viewing as USER",
    isSignedIn: true,
    permissions: permissionsOf("USER"),
    isViewing: true,
    actor: personOf("USER", { userId: "admin", email: "admin@example.org" }),
  },
];
