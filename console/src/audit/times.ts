import { createSignal } from "solid-js";

const stored = "postwatch.audit.times";

function wasRelative(): boolean {
  try {
    return localStorage.getItem(stored) === "relative";
  } catch {
    return false;
  }
}

/** Clock times, or how long ago: this browser's choice. */
export function createTimesChoice() {
  const [isRelative, keep] = createSignal(wasRelative());
  const setRelative = (relative: boolean) => {
    keep(relative);
    try {
      localStorage.setItem(stored, relative ? "relative" : "clock");
    } catch {
      // Storage may be closed to us; the choice then lasts until the page is left.
    }
  };
  return { isRelative, setRelative };
}
