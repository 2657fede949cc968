import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";

/** The value of `source` once it has stood still for `ms`. */
export function debounced<Value>(source: Accessor<Value>, ms: number): Accessor<Value> {
  const [settled, setSettled] = createSignal(source());
  createEffect(
    on(
      source,
      (value) => {
        const timer = setTimeout(() => setSettled(() => value), ms);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return settled;
}

/** Calls `run` at most once per `ms`, the first time after `ms`; nothing is left running after the owner ends. */
export function throttled(run: () => void, ms: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, ms);
  };
}
