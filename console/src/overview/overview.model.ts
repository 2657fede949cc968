/** Ranges that the page offers, in days, as they stand in the address. */
export const ranges = ["7", "30", "90"] as const;

/** "+12%" against the range before; undefined when there is nothing to compare with. */
export function change(now: number, before: number): { text: string; rising: boolean } | undefined {
  if (before === 0) return undefined;
  const percent = Math.round(((now - before) / before) * 100);
  return { text: `${percent > 0 ? "+" : ""}${percent}%`, rising: percent >= 0 };
}
