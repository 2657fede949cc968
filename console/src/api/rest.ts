import { createSignal } from "solid-js";

/** When the server takes requests again, by its own word; undefined while it does. */
export const [restUntil, setRestUntil] = createSignal<number>();

const waiting = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** The server answers again: whatever has waited is asked now. */
export function endRest() {
  clearTimeout(timer);
  setRestUntil(undefined);
  const all = [...waiting];
  waiting.clear();
  for (const run of all) run();
}

/** Notes that the server wants to be left alone for so long. */
export function rest(seconds: number) {
  const until = Date.now() + seconds * 1_000;
  if (until <= (restUntil() ?? 0)) return;
  setRestUntil(until);
  clearTimeout(timer);
  timer = setTimeout(endRest, seconds * 1_000);
}

/** Calls `run` once, as soon as the server takes requests again. */
export const afterRest = (run: () => void) => void waiting.add(run);
