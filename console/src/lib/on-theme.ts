import { createSignal, onCleanup, type Accessor } from "solid-js";

/** Grows whenever the colours of the page become others: by the person's choice or by the system's. */
export function createThemeTurn(): Accessor<number> {
  const [turn, setTurn] = createSignal(0);
  const again = () => setTurn((count) => count + 1);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = new MutationObserver(again);
  root.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", again);
  onCleanup(() => {
    root.disconnect();
    dark.removeEventListener("change", again);
  });
  return turn;
}
