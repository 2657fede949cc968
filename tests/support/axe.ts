import axe from "axe-core";
import type { Page } from "playwright-core";

interface Violation {
  id: string;
  nodes: { target: unknown }[];
}

/** Light first with every rule; then dark, where only the colours are others. */
const THEMES = [
  { colorScheme: "light", options: {} },
  { colorScheme: "dark", options: { runOnly: ["color-contrast", "link-in-text-block"] } },
] as const;

/** What axe finds wrong with the page as it stands, in both themes: `theme rule: where`. */
export async function accessFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(axe.source);
  for (const { colorScheme, options } of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const found = await page.evaluate(
      async (chosen) =>
        (await (globalThis as unknown as { axe: typeof axe }).axe.run(chosen)).violations as Violation[],
      options as object,
    );
    for (const { id, nodes } of found)
      faults.push(`${colorScheme} ${id}: ${nodes.map(({ target }) => String(target)).join(", ")}`);
  }
  return faults;
}
