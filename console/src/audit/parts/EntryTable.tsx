import type { CombinedError } from "@urql/core";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { ArrowUp } from "../../ui/icons";
import { QueryRefusal } from "../../ui/Refusal";
import { Skeleton } from "../../ui/States";
import type { Log } from "../create-log";
import { createRowWindow } from "../row-window";
import { EntryRow } from "./EntryRow";
import { SeamRow } from "./SeamRow";
import styles from "../Audit.module.css";

/** Asks for the next page when so few rows are left below. */
const nearEnd = 15;

/** The rows on screen of however many there are, and the way to what has come meanwhile. */
export function EntryTable(props: {
  log: Log;
  /** What is not said elsewhere. */
  error: CombinedError | undefined;
  open: string;
  onOpen: (id: string) => void;
  isRelative: boolean;
  onRelative: (relative: boolean) => void;
  /** Told when the first row leaves the screen, and when it is back. */
  onScrolled: (scrolled: boolean) => void;
  showNew: () => void;
  empty: JSX.Element;
  /** Below the last of all. */
  end: JSX.Element;
}) {
  const rows = () => props.log.rows();
  const [body, setBody] = createSignal<HTMLElement>();
  const onScreen = createRowWindow({
    body,
    count: () => rows().length,
    onMove: ({ last, isScrolled }) => {
      props.onScrolled(isScrolled);
      if (last > rows().length - nearEnd && props.log.hasMore()) props.log.more();
    },
  });
  const shown = createMemo(() => rows().slice(onScreen().first, onScreen().last));
  const indexOf = createMemo(() => new Map(rows().map((row, index) => [row.id, index])));
  const space = (many: number) => (
    <tr aria-hidden="true" class={styles.space}>
      <td style={{ height: `${many * onScreen().height}px` }} />
    </tr>
  );
  return (
    <>
      <Show when={props.log.held() > 0}>
        <div class={styles.newer}>
          <button type="button" onClick={() => props.showNew()}>
            <ArrowUp size={13} aria-hidden="true" />
            {props.log.held()} new
          </button>
        </div>
      </Show>
      <Show when={props.error}>
        {(error) => <QueryRefusal of={error()} retry={() => props.log.reload()} />}
      </Show>
      <Show
        when={rows().length > 0}
        fallback={
          <Show
            when={props.log.isKnown()}
            fallback={<Show when={!props.log.error()}>{<Skeleton rows={12} />}</Show>}
          >
            {props.empty}
          </Show>
        }
      >
        <table
          class={`table ${styles.entries}`}
          aria-label="Audit log"
          aria-rowcount={props.log.hasMore() ? -1 : rows().length}
          aria-busy={props.log.isBusy()}
        >
          <Head isRelative={props.isRelative} onRelative={props.onRelative} />
          <tbody ref={setBody} aria-busy={props.log.isBusy()}>
            {space(Math.min(onScreen().first, rows().length))}
            <For each={shown()}>
              {(entry) => (
                <>
                  <Show when={props.log.seam()?.above === entry.id && props.log.seam()}>
                    {(seam) => <SeamRow seam={seam()} />}
                  </Show>
                  <EntryRow
                    entry={entry}
                    index={indexOf().get(entry.id) ?? 0}
                    isOpen={props.open === entry.id}
                    isFresh={props.log.isFresh(entry.id)}
                    isRelative={props.isRelative}
                    onOpen={() => props.onOpen(entry.id)}
                  />
                </>
              )}
            </For>
            {space(Math.max(0, rows().length - onScreen().last))}
          </tbody>
        </table>
        <div class="more">
          <span class="num" role="status">
            {plural(rows().length, "entry", "entries")}
            {props.log.isLoadingMore() ? ", more on their way" : ""}
          </span>
          <Show when={props.log.hasMore()} fallback={props.end}>
            <Button small busy={props.log.isLoadingMore()} writes={false} onClick={() => props.log.more()}>
              Load more
            </Button>
          </Show>
        </div>
      </Show>
    </>
  );
}

const Head = (props: { isRelative: boolean; onRelative: (relative: boolean) => void }) => (
  <thead>
    <tr>
      <th scope="col">
        <button
          type="button"
          class="sort"
          title={props.isRelative ? "Show clock times" : "Show how long ago"}
          onClick={() => props.onRelative(!props.isRelative)}
        >
          {props.isRelative ? "Ago" : "Time"}
        </button>
      </th>
      <th scope="col" data-wide>
        Actor
      </th>
      <th scope="col">What happened</th>
      <th scope="col">Outcome</th>
      <th scope="col" data-wide>
        Target
      </th>
    </tr>
  </thead>
);
