import { createMemo, createSignal, type Accessor } from "solid-js";

/** What one page of a list holds, as the table around it needs to know it. */
export interface PageSummary {
  keys: readonly string[];
  hasNext: boolean;
  end: string | null;
  total?: number;
}

/**
 * Cursors of the pages on screen. Page n+1 starts where page n ends, so nothing is skipped when rows move; while `frozen`
 * they stay where they are, because only the first page is asked again then.
 */
export function createCursors(reset: Accessor<string>, frozen: Accessor<boolean>) {
  const state = createMemo(() => {
    reset();
    const [cursors, setCursors] = createSignal<(string | null)[]>([null]);
    const [pages, setPages] = createSignal<PageSummary[]>([]);
    return { cursors, setCursors, pages, setPages };
  });
  return {
    cursors: () => state().cursors(),
    pages: () => state().pages(),
    report: (index: number, page: PageSummary) => {
      state().setPages((all) => Object.assign([...all], { [index]: page }));
      if (frozen()) return;
      state().setCursors((all) =>
        all.map((cursor, at) => (at === index + 1 && page.end !== null ? page.end : cursor)),
      );
    },
    more: (end: string) => state().setCursors((all) => [...all, end]),
  };
}

/** How many different rows the pages hold: one that moved to the first page may still stand in a later one. */
export const rowsIn = (pages: readonly PageSummary[]) => new Set(pages.flatMap((page) => page.keys)).size;
