import { createSignal, type Accessor } from "solid-js";

/** Whether what comes is shown as it comes. It rests by itself while somebody reads further down or has an entry open. */
export function createTail(hasOpen: Accessor<boolean>) {
  const [isOff, setOff] = createSignal(false);
  const [isScrolled, setScrolled] = createSignal(false);
  return {
    isOff,
    isPaused: () => isOff() || isScrolled() || hasOpen(),
    toggle: () => setOff((now) => !now),
    resume: () => setOff(false),
    setScrolled,
  };
}

export type Tail = ReturnType<typeof createTail>;
