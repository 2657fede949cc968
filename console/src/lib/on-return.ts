import { onCleanup, untrack } from "solid-js";

const restMs = 10_000;

/**
 * Calls `refetch` when somebody comes back to this window or tab, at most every 10 s: what lay in the background may
 * be out of date.
 */
export function onReturn(refetch: () => void) {
  let last = Date.now();
  const check = () => {
    if (document.visibilityState !== "visible" || Date.now() - last < restMs) return;
    last = Date.now();
    untrack(refetch);
  };
  document.addEventListener("visibilitychange", check);
  addEventListener("focus", check);
  onCleanup(() => {
    document.removeEventListener("visibilitychange", check);
    removeEventListener("focus", check);
  });
}
