import { createEffect, createSignal, onCleanup, type Accessor } from "solid-js";
import { eachFrame } from "../lib/each-frame";

const overscan = 12;
const usualHeight = 40;
/** Where nothing is laid out, as in a hidden tab: a screen full. */
const usualRows = 60;

interface Shown {
  first: number;
  /** Behind the last; may be more than there are, so that a new one does not push another out for a moment. */
  last: number;
  /** Of one row, as it is laid out now. */
  height: number;
}

/**
 * Which of many rows of equal height are on screen, as the page scrolls: the others are space. `onMove` hears of every
 * change, and whether the first row has left the screen.
 */
export function createRowWindow(of: {
  body: Accessor<HTMLElement | undefined>;
  count: Accessor<number>;
  onMove: (shown: { last: number; isScrolled: boolean }) => void;
}): Accessor<Shown> {
  const [shown, setShown] = createSignal<Shown>(
    { first: 0, last: usualRows, height: usualHeight },
    { equals: (a, b) => a.first === b.first && a.last === b.last && a.height === b.height },
  );
  const look = () => {
    const body = of.body();
    const screen = body?.closest<HTMLElement>("main");
    if (!body || !screen?.clientHeight) return setShown({ first: 0, last: usualRows, height: usualHeight });
    const height = body.querySelector<HTMLElement>("[aria-rowindex]")?.offsetHeight || usualHeight;
    const above = screen.getBoundingClientRect().top - body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / height) - overscan);
    const last = Math.max(0, Math.ceil((above + screen.clientHeight) / height) + overscan);
    setShown({ first, last, height });
    of.onMove({ last, isScrolled: above > height / 2 });
  };
  const soon = eachFrame(look);
  createEffect(() => {
    of.count();
    const screen = of.body()?.closest("main");
    look();
    if (!screen) return;
    const size = new ResizeObserver(soon);
    size.observe(screen);
    screen.addEventListener("scroll", soon, { passive: true });
    onCleanup(() => {
      size.disconnect();
      screen.removeEventListener("scroll", soon);
    });
  });
  return shown;
}
