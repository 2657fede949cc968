import { onCleanup } from "solid-js";

/** Calls `run` in the next animation frame, once, however often it was asked: never while the page is hidden. */
export function eachFrame(run: () => void): () => void {
  let frame: number | undefined;
  onCleanup(() => frame !== undefined && cancelAnimationFrame(frame));
  return () => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      run();
    });
  };
}
