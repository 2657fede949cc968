import type { AnyVariables, TypedDocumentNode } from "@urql/core";

/** Where a stream stands: behind the last event that was taken. */
export interface Place {
  readonly after: string | undefined;
  passed: (event: unknown) => void;
}

const takesCursor = (document: Pick<TypedDocumentNode, "definitions">) =>
  document.definitions.some(
    (each) =>
      each.kind === "OperationDefinition" &&
      each.variableDefinitions?.some(({ variable }) => variable.name.value === "after"),
  );

/** The place of a stream, kept as long as what it asks for stays the same; none where it takes no cursor. */
export function createPlaces<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
) {
  let asked: string | undefined;
  let after: string | undefined;
  const place: Place = {
    get after() {
      return after;
    },
    passed: (event) => {
      for (const field of Object.values(event as Record<string, { cursor?: string } | string>))
        if (typeof field === "object" && field.cursor) after = field.cursor;
    },
  };
  return (variables: Variables): Place | undefined => {
    const asks = JSON.stringify(variables);
    if (asks !== asked) after = undefined;
    asked = asks;
    return takesCursor(document) ? place : undefined;
  };
}

/** What is sent, made anew with every attempt: a line that is lost is opened again behind the last event. */
export function resuming<Payload extends { variables?: AnyVariables }>(
  payload: Payload,
  place: Place | undefined,
): Payload {
  if (!place) return payload;
  const { variables } = payload;
  return Object.defineProperty({ ...payload }, "variables", {
    enumerable: true,
    get: () => (place.after === undefined ? variables : { ...variables, after: place.after }),
  });
}
