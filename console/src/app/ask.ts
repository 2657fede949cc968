import { failureOf, type Failure } from "../api/failure";
import { post } from "../api/post";

interface Outcome {
  kind: string;
  code?: string;
  message?: string;
  issues?: { path: string[]; message: string }[];
}

/** What every document below selects of a refusal. */
export const refusals = `... on InvalidInput { code message path issues { path message } } ... on Error { code message path }`;

/**
 * Sends a mutation whose payload is selected as `outcome`, for somebody without a session. A refusal, also of the
 * network, is an answer like another: nothing is thrown.
 */
export async function ask<Success>(
  document: string,
  variables: Record<string, unknown>,
): Promise<{ done: Success; failure?: undefined } | { done?: undefined; failure: Failure }> {
  try {
    const { data, errors } = await post<{ outcome: Outcome }>(document, variables);
    if (data?.outcome.kind.endsWith("Success")) return { done: data.outcome as unknown as Success };
    if (data?.outcome) return { failure: failureOf(data.outcome) };
    const first = errors?.[0];
    return {
      failure: {
        code: first?.extensions?.code ?? "UNKNOWN",
        message: first?.message ?? "The server gave no answer. Try again.",
        issues: [],
      },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : "The server gave no answer. Try again.";
    return { failure: { code: "NETWORK", message, issues: [] } };
  }
}
