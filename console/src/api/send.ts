import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useClient } from "@urql/solid";
import { createSignal } from "solid-js";
import { failureOf, failureOfError, type Failure } from "./failure";

interface Outcome {
  kind: string;
}

/** One of several mutations of which only matters whether it was done. */
export type Change<Variables extends AnyVariables> = TypedDocumentNode<{ outcome: Outcome }, Variables>;

type Success<Result extends Outcome> = Extract<Result, { kind: `${string}Success` }>;

/** What a mutation has come to: its success member, or why it was refused. */
export type Sent<Result extends Outcome> =
  { done: Success<Result>; failure?: undefined } | { done?: undefined; failure: Failure };

/**
 * Sends mutations whose payload is selected as `outcome`, one at a time; `busy` while one is under way. A refusal is
 * an answer like another: nothing is thrown.
 */
export function useSend() {
  const client = useClient();
  const [busy, setBusy] = createSignal(false);
  const send = async <Result extends Outcome, Variables extends AnyVariables>(
    document: TypedDocumentNode<{ outcome: Result }, Variables>,
    variables: Variables,
  ): Promise<Sent<Result>> => {
    setBusy(true);
    const { data, error } = await client.mutation(document, variables).toPromise();
    setBusy(false);
    if (error) return { failure: failureOfError(error) };
    const outcome = data?.outcome;
    if (outcome?.kind.endsWith("Success")) return { done: outcome as Success<Result> };
    return { failure: failureOf((outcome ?? {}) as Parameters<typeof failureOf>[0]) };
  };
  return { send, busy };
}
