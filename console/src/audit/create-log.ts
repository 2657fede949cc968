import type { CombinedError } from "@urql/core";
import { useClient } from "@urql/solid";
import {
  batch,
  createEffect,
  createMemo,
  createSignal,
  on,
  onCleanup,
  untrack,
  type Accessor,
} from "solid-js";
import { onLive, onReconnect } from "../api/live";
import { EntriesLive, EntriesQuery, type Entry, type Filter } from "./audit.gql";
import { mostHeld, mostRows, seamOf, withArrived, type Seam } from "./log.model";

const flashMs = 2_000;

/** The entries that match, newest first: what came live at the top, older pages below. */
export interface Log {
  rows: Accessor<readonly Entry[]>;
  /** How many have come while the tail was paused. */
  held: Accessor<number>;
  isFresh: (id: string) => boolean;
  /** The first page is on its way; what stands there is of another filter. */
  isBusy: Accessor<boolean>;
  isLoadingMore: Accessor<boolean>;
  hasMore: Accessor<boolean>;
  isKnown: Accessor<boolean>;
  error: Accessor<CombinedError | undefined>;
  seam: Accessor<Seam | undefined>;
  more: () => void;
  reload: () => void;
}

interface Asked {
  filter: Accessor<Filter>;
  /** Does anything new match? */
  isOpen: Accessor<boolean>;
  isPaused: Accessor<boolean>;
  /** Hears of every entry as it comes, also while the tail is paused. */
  onEntry: (entry: Entry) => void;
  /** The first page has been asked for anew: what was counted live is to be counted anew, too. */
  onReload: () => void;
}

/** Marks what has just come, for as long as it flashes. */
function createFresh() {
  const [fresh, setFresh] = createSignal<ReadonlySet<string>>(new Set());
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const mark = (entries: readonly Entry[]) => {
    clearTimeout(timer);
    setFresh((known) => new Set([...known, ...entries.map(({ id }) => id)]));
    timer = setTimeout(() => setFresh(new Set<string>()), flashMs);
  };
  return { has: (id: string) => fresh().has(id), mark };
}

/** The list of entries with its live tail. Rows are kept here and not in the cache: there may be thousands. */
export function createLog(asked: Asked): Log {
  const client = useClient();
  const fresh = createFresh();
  const [rows, setRows] = createSignal<readonly Entry[]>([]);
  const [waiting, setWaiting] = createSignal<readonly Entry[]>([]);
  const [end, setEnd] = createSignal<string | null>(null);
  const [isBusy, setBusy] = createSignal(true);
  const [isKnown, setKnown] = createSignal(false);
  const [isLoadingMore, setLoadingMore] = createSignal(false);
  const [error, setError] = createSignal<CombinedError>();
  const [seam, setSeam] = createSignal<Seam>();
  const key = createMemo(() => JSON.stringify(asked.filter()));
  // Answers to what is no longer asked come too late.
  let turn = 0;
  let overflown = false;

  const page = (after: string | null) =>
    client
      .query(EntriesQuery, { filter: untrack(asked.filter), after }, { requestPolicy: "network-only" })
      .toPromise();

  const load = async (lastKnown?: string) => {
    const mine = ++turn;
    overflown = false;
    setBusy(true);
    setLoadingMore(false);
    const { data, error: failed } = await page(null);
    if (mine !== turn) return;
    batch(() => {
      setBusy(false);
      setError(failed);
      if (!data) return;
      const loaded = data.auditLogs.edges.map(({ node }) => node);
      const { hasNextPage, endCursor } = data.auditLogs.pageInfo;
      setRows(withArrived(loaded, waiting()));
      setWaiting([]);
      setEnd(hasNextPage ? endCursor : null);
      setKnown(true);
      setSeam(seamOf(rows(), lastKnown));
    });
  };

  const more = async () => {
    const after = end();
    if (after === null || isLoadingMore() || isBusy() || rows().length >= mostRows) return;
    const mine = turn;
    setLoadingMore(true);
    const { data, error: failed } = await page(after);
    if (mine !== turn) return;
    batch(() => {
      setLoadingMore(false);
      setError(failed);
      if (!data) return;
      const { hasNextPage, endCursor } = data.auditLogs.pageInfo;
      setRows((now) =>
        withArrived(
          now,
          data.auditLogs.edges.map(({ node }) => node),
        ),
      );
      setEnd(hasNextPage ? endCursor : null);
    });
  };

  const flush = () => {
    if (overflown) return void load();
    const arrived = waiting();
    if (arrived.length === 0) return;
    batch(() => {
      setRows((now) => withArrived(now, arrived));
      setWaiting([]);
      fresh.mark(arrived);
    });
  };

  const takeEntry = (entry: Entry) => {
    if (rows().some(({ id }) => id === entry.id) || waiting().some(({ id }) => id === entry.id)) return;
    asked.onEntry(entry);
    if (waiting().length >= mostHeld) overflown = true;
    else setWaiting((now) => [...now, entry]);
    if (!isBusy() && !asked.isPaused()) flush();
  };

  /** All that is shown is asked for anew; with `marked`, the place is shown from where on it is. */
  const reload = (marked = false) => {
    const last = marked ? rows()[0]?.id : undefined;
    setWaiting([]);
    asked.onReload();
    void load(last);
  };

  createEffect(
    on(key, () => {
      setWaiting([]);
      setSeam(undefined);
      void load();
    }),
  );
  let hasPlace = false;
  createEffect(on(key, () => (hasPlace = false), { defer: true }));
  onLive(
    EntriesLive,
    () => (asked.isOpen() ? { filter: asked.filter() } : undefined),
    ({ auditAppended: event }) => {
      hasPlace = true;
      if (event.gap) reload(true);
      else if (event.auditLog) takeEntry(event.auditLog);
    },
  );
  // Behind its last event a stream goes on by itself; where none has come yet nothing is known of what was missed.
  onReconnect(() => !hasPlace && reload(true));
  createEffect(on(asked.isPaused, (paused) => !paused && !isBusy() && flush(), { defer: true }));

  return {
    rows,
    held: () => (isBusy() ? 0 : waiting().length),
    isFresh: fresh.has,
    isBusy,
    isLoadingMore,
    hasMore: () => end() !== null && rows().length < mostRows,
    isKnown,
    error,
    seam,
    more: () => void more(),
    reload: () => reload(),
  };
}
