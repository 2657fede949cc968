import { createEffect, createSignal, onCleanup } from "solid-js";
import { link } from "./link";
import { broken } from "./live";

const patienceMs = 1_000;

/** Since when (milliseconds) nothing live has arrived; undefined while all streams run, and for a hiccup of a second. */
export function useStale() {
  const [since, setSince] = createSignal<number>();
  createEffect(() => {
    if (link() === "live" && broken() === 0) return setSince(undefined);
    const from = Date.now();
    const timer = setTimeout(() => setSince(from), patienceMs);
    onCleanup(() => clearTimeout(timer));
  });
  return since;
}
