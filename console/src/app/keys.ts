import { onCleanup, onMount } from "solid-js";

const sequenceMs = 1_200;

interface KeyActions {
  openPalette: () => void;
  openCheatSheet: () => void;
  toggleTheme: () => void;
  /** The letter after `g`; false when it leads nowhere. */
  go: (letter: string) => boolean;
  create: () => void;
}

type PageKeys = Readonly<Record<string, () => void>>;

const ofPage = new Set<PageKeys>();

/** Keys of one page while it is shown, by their name in lower case; those of every page go before. */
export function usePageKeys(keys: PageKeys) {
  ofPage.add(keys);
  onCleanup(() => ofPage.delete(keys));
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

const overlayIsOpen = () => document.querySelector("[role='dialog'], [role='menu']") !== null;

function moveRow(step: 1 | -1) {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))]?.focus();
}

/** Keys that work on every page; none of them while somebody types or a dialog is open. */
export function installKeys(actions: KeyActions) {
  let waitingUntil = 0;
  const plain: Record<string, () => void> = {
    "/": () => document.dispatchEvent(new Event("postwatch:search")),
    "?": actions.openCheatSheet,
    t: actions.toggleTheme,
    n: actions.create,
    j: () => moveRow(1),
    k: () => moveRow(-1),
    g: () => (waitingUntil = Date.now() + sequenceMs),
  };
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return actions.openPalette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || overlayIsOpen()) return;
    const letter = event.key.toLowerCase();
    const follows = Date.now() < waitingUntil;
    waitingUntil = 0;
    if (follows && actions.go(letter)) return event.preventDefault();
    const action = plain[letter] ?? [...ofPage].findLast((keys) => letter in keys)?.[letter];
    if (!action) return;
    event.preventDefault();
    action();
  };
  onMount(() => document.addEventListener("keydown", onKey));
  onCleanup(() => document.removeEventListener("keydown", onKey));
}
