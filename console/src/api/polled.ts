import type { AnyVariables, CombinedError, TypedDocumentNode } from "@urql/core";
import { useClient } from "@urql/solid";
import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { onReconnect } from "./live";

/**
 * Asks for something that is about the time until now: at once, whenever `wish` changes, every `everyMs()` while
 * somebody looks, and after a reconnect. Only the answer to the last question counts.
 */
export function createPolled<Data, Variables extends AnyVariables, Wish>(
  document: TypedDocumentNode<Data, Variables>,
  wish: Accessor<Wish>,
  variables: (wish: Wish, now: number) => Variables,
  everyMs: (wish: Wish) => number,
  serverNow: () => number,
) {
  const client = useClient();
  const [answer, setAnswer] = createSignal<{ data: Data; wish: Wish }>();
  const [error, setError] = createSignal<CombinedError>();
  let turn = 0;
  const ask = async () => {
    const mine = ++turn;
    const wanted = wish();
    const result = await client
      .query(document, variables(wanted, serverNow()), { requestPolicy: "network-only" })
      .toPromise();
    if (mine !== turn) return;
    setError(result.error);
    if (result.data) setAnswer({ data: result.data, wish: wanted });
  };
  createEffect(
    on(wish, (wanted) => {
      void ask();
      const timer = setInterval(() => !isHidden() && void ask(), everyMs(wanted));
      onCleanup(() => clearInterval(timer));
    }),
  );
  onReconnect(() => void ask());
  onCleanup(() => turn++);
  return { answer, error, ask: () => void ask() };
}

const isHidden = () => globalThis.document.hidden;
