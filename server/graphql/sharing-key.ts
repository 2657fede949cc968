import { createHash } from "node:crypto";
import { TypeInfo, visit, visitWithTypeInfo, type ExecutionArgs } from "graphql";
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

/** The root field says so, and below it nothing has a resolver, which could look at the caller: all comes with the event. */
function isSameForEqualRights({ schema, document }: ExecutionArgs): boolean {
  const types = new TypeInfo(schema);
  const root = schema.getSubscriptionType();
  let isSame = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field() {
        const field = types.getFieldDef();
        const isRoot = types.getParentType() === root;
        if (
          !field ||
          (isRoot ? answersForOf(field) !== "equalRights" : field.resolve && !field.name.startsWith("__"))
        )
          isSame = false;
      },
    }),
  );
  return isSame;
}
