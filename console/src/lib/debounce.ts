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

const soonMs = 300;

/**
 * Calls `run` soon, then at most once per `ms`. Never while the page is hidden, but once when somebody looks again.
 * Nothing is left running after the owner ends.
 */
export function paced(run: () => void, ms: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  let isOwed = false;
  const go = () => {
    timer = undefined;
    isOwed = document.hidden;
    if (isOwed) return;
    last = Date.now();
    run();
  };
  const ask = () => void (timer ??= setTimeout(go, Math.max(soonMs, last + ms - Date.now())));
  const look = () => isOwed && !document.hidden && ask();
  document.addEventListener("visibilitychange", look);
  onCleanup(() => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  });
  return ask;
}
