const rows = () => [...document.querySelectorAll<HTMLElement>("[data-row]")];

/** The row of a person in the table behind the panel; else its first row, so that the focus has a place. */
export const rowOf = (id: string): HTMLElement | null =>
  rows().find((row) => row.dataset["row"] === id) ?? rows()[0] ?? null;

/** The id of the row so many further on, if both are in the table. */
export function neighbourOf(id: string, by: number): string | undefined {
  const ids = rows().map((row) => row.dataset["row"]);
  const at = ids.indexOf(id);
  return at < 0 ? undefined : ids[at + by];
}

const writable = "textarea, select, input:not([type=radio], [type=checkbox])";

/** How far a key of the panel moves: `j` down, `k` up; nothing while somebody types or a question is open above it. */
export function stepOf(event: KeyboardEvent & { currentTarget: HTMLElement }): number {
  const by = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
  const target = event.target as HTMLElement;
  const isOurs = event.currentTarget.contains(target) && !target.matches(writable);
  return isOurs && !event.ctrlKey && !event.metaKey && !event.altKey ? by : 0;
}
