import { createSignal, onCleanup } from "solid-js";

const tickMs = 15_000;
const [now, setNow] = createSignal(Date.now());
setInterval(() => setNow(Date.now()), tickMs);

/** Now in milliseconds, moving every 15 s: enough for "3 min ago", and one timer for the whole page. */
export { now };

const [second, setSecond] = createSignal(Date.now());
let watchers = 0;
let ticking: ReturnType<typeof setInterval> | undefined;

/** Now in milliseconds, moving every second while somebody counts: one timer for all who do. */
export function useSecond() {
  if (watchers++ === 0) {
    setSecond(Date.now());
    ticking = setInterval(() => setSecond(Date.now()), 1_000);
  }
  onCleanup(() => --watchers === 0 && clearInterval(ticking));
  return second;
}
