import { createEffect, createSignal, on, type Accessor } from "solid-js";

/** Which rows are selected; forgotten when `scope` (queue, state, filter) becomes another. */
export function useSelection(scope: Accessor<string>) {
  const [ids, setIds] = createSignal<ReadonlySet<string>>(new Set());
  createEffect(on(scope, () => setIds(new Set<string>()), { defer: true }));
  const toggle = (id: string) =>
    setIds((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const set = (all: readonly string[]) => setIds(new Set(all));
  return { ids, has: (id: string) => ids().has(id), toggle, set, clear: () => set([]) };
}

export type Selection = ReturnType<typeof useSelection>;
