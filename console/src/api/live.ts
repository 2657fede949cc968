import type { AnyVariables, CombinedError, TypedDocumentNode } from "@urql/core";
import { useClient } from "@urql/solid";
import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import { subscribe } from "wonka";
import { epoch, generation } from "./link";

/**
 * Calls `receive` for every event of a subscription, without a store in between: equal values in a row are
 * still events. Runs while `variables()` is defined. Returns the last refusal, if any.
 */
export function onLive<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Accessor<Variables | undefined>,
  receive: (event: Data) => void,
): Accessor<CombinedError | undefined> {
  const client = useClient();
  const [error, setError] = createSignal<CombinedError>();
  createEffect(() => {
    generation();
    const current = variables();
    if (!current) return;
    const source = client.subscription<Data, Variables>(document, current);
    const running = subscribe<{ data?: Data; error?: CombinedError }>((result) => {
      setError(result.error);
      if (result.data) untrack(() => receive(result.data as Data));
    })(source);
    onCleanup(() => running.unsubscribe());
  });
  return error;
}

/** Runs `refetch` after every reconnect: events of the gap are gone, so what is shown must be asked again. */
export function onReconnect(refetch: () => void) {
  createEffect(on(epoch, () => untrack(refetch), { defer: true }));
}
