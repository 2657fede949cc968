import type { ApolloServerPlugin } from "@apollo/server";
import type { SchemaContext } from "#schema/context.js";

/**
 * Told of every operation when it has been answered.
 * @param type query, mutation, subscription, or unknown for what could not be read
 * @param code OK, or the first error's
 */
export type NoteOperation = (type: string, code: string) => void;

/** Tells of those over HTTP. What a mutation refuses as data is OK here: it was answered as it should be. */
export const noteOperations = (note: NoteOperation): ApolloServerPlugin<SchemaContext> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ operation, response }) {
        const errors = response.body.kind === "single" ? response.body.singleResult.errors : undefined;
        note(operation?.operation ?? "unknown", codeOf(errors));
      },
    };
  },
});

export function codeOf(
  errors: readonly { readonly extensions?: { readonly code?: unknown } }[] | undefined,
): string {
  return errors?.[0] ? String(errors[0].extensions?.code ?? "INTERNAL_SERVER_ERROR") : "OK";
}
