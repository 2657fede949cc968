import { createHash } from "node:crypto";
import { Kind, TypeInfo, visit, visitWithTypeInfo, type ExecutionArgs, type FieldNode } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { answersForOf } from "#schema/answers-for.js";
import { rightsOf, type Person } from "../auth/sessions.js";

/**
 * Two subscriptions with the same key get the same bytes at every event: the same text (an error tells where in it),
 * variables and operation, by people of one organisation with the same rights.
 * @param args of a document that has been validated
 * @returns null when the answer may depend on who asks
 */
export function sharingKey(args: ExecutionArgs, payload: SubscribePayload, person: Person): string | null {
  if (!isSameForEqualRights(args)) return null;
  const { query, operationName, variables } = payload;
  const asked = JSON.stringify([query, operationName ?? null, variables ?? null, rightsOf(person)]);
  return createHash("sha256").update(asked).digest("base64");
}

/**
 * The root field says so, nobody stands at a place of their own, and below it nothing has a resolver, which could look at
 * the caller: all comes with the event.
 */
function isSameForEqualRights({ schema, document, variableValues }: ExecutionArgs): boolean {
  const types = new TypeInfo(schema);
  const root = schema.getSubscriptionType();
  let isSame = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const field = types.getFieldDef();
        const isRoot = types.getParentType() === root;
        const isShared = isRoot
          ? field && answersForOf(field) === "equalRights" && !hasCursor(node, variableValues)
          : field && (!field.resolve || field.name.startsWith("__"));
        if (!isShared) isSame = false;
      },
      // Which would have to be looked at for a cursor, too.
      VariableDefinition({ defaultValue }) {
        if (defaultValue?.kind === Kind.STRING) isSame = false;
      },
    }),
  );
  return isSame;
}

/** The first event of whoever comes back to a place tells what is missing since. */
function hasCursor(node: FieldNode, variables: ExecutionArgs["variableValues"]): boolean {
  const after = node.arguments?.find(({ name }) => name.value === "after")?.value;
  if (!after || after.kind === Kind.NULL) return false;
  return after.kind !== Kind.VARIABLE || variables?.[after.name.value] != null;
}
