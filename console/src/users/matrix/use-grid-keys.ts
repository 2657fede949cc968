import { createSignal, type Accessor } from "solid-js";
import { placeAfter, type Line } from "./matrix.model";

/** What a cell of the grid needs to take part: one of them is in the tab order, the arrow keys reach the rest. */
export interface CellWiring {
  "data-cell": string;
  tabindex: 0 | -1;
}

const nameOf = (line: string, column: number) => `${column} ${line}`;

/** One stop for Tab; arrows, Home, End and Page keys move inside. A line with a single cell keeps the column in mind. */
export function useGridKeys(lines: Accessor<readonly Line[]>, columns: Accessor<number>) {
  const [at, setAt] = createSignal({ key: "", column: 0 });
  const lineAt = () => lines().findIndex((line) => line.key === at().key);
  const cellOf = (line: Line | undefined, column: number) =>
    line && nameOf(line.key, line.kind === "why" ? 0 : Math.min(column, columns() - 1));
  const current = () => cellOf(lines()[Math.max(0, lineAt())], at().column);
  const cell = (line: string, column: number): CellWiring => ({
    get "data-cell"() {
      return nameOf(line, column);
    },
    get tabindex() {
      return current() === nameOf(line, column) ? (0 as const) : (-1 as const);
    },
  });
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.altKey || event.metaKey) return;
    const from = { line: Math.max(0, lineAt()), column: at().column };
    const to = placeAfter(event.key, event.ctrlKey, from, { lines: lines().length, columns: columns() });
    const line = to && lines()[to.line];
    if (!to || !line) return;
    event.preventDefault();
    setAt({ key: line.key, column: to.column });
    const name = cellOf(line, to.column);
    const cells = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-cell]")];
    cells.find((each) => each.dataset["cell"] === name)?.focus();
  };
  const onFocusIn = (event: FocusEvent) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>("[data-cell]")?.dataset["cell"];
    if (!name || name === current()) return;
    const [column = "0", ...line] = name.split(" ");
    setAt({ key: line.join(" "), column: Number(column) });
  };
  return { cell, onKeyDown, onFocusIn };
}
