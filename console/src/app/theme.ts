import { createSignal } from "solid-js";

export type Theme = "light" | "dark" | "system";

const stored = "postwatch.theme";
const initial = document.documentElement.dataset["theme"];
const [theme, keepTheme] = createSignal<Theme>(
  initial === "light" || initial === "dark" ? initial : "system",
);

export { theme };

/** Chooses a theme for this browser; "system" follows the operating system. */
export function setTheme(next: Theme) {
  if (next === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  try {
    if (next === "system") localStorage.removeItem(stored);
    else localStorage.setItem(stored, next);
  } catch {
    // Storage may be closed to us; the choice then lasts until the page is left.
  }
  keepTheme(next);
}

/** True when dark is what the person sees. */
export const isDark = () =>
  theme() === "dark" || (theme() === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
