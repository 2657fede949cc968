import { createQuery } from "@urql/solid";
import { createEffect, onCleanup, Show } from "solid-js";
import { debounced } from "../../lib/debounce";
import { Sheet } from "../../ui/dialogs";
import { ChevronDown, ChevronUp } from "../../ui/icons";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { EntryQuery, type Entry, type EntryDetails } from "../audit.gql";
import { outcomeLabels, outcomeTones } from "../audit.model";
import { Changes } from "./Changes";
import { EntryFacts } from "./EntryFacts";
import { RawEntry } from "./RawEntry";
import styles from "../Audit.module.css";

// Somebody who holds `j` down passes entries by; only the one they stop at is fetched.
const restMs = 120;
/** A seal is there after some tenths of a second. */
const sealMs = 1_000;

/** Everything an entry says. `j` and `k` go on to the next and the previous one of the list. */
export function EntrySheet(props: {
  id: string;
  rows: readonly Entry[];
  onMove: (id: string) => void;
  onSearch: (query: string) => void;
  onClose: () => void;
}) {
  const settled = debounced(() => props.id, restMs);
  const [result, refetch] = createQuery({
    query: EntryQuery,
    variables: () => ({ id: settled() }),
    requestPolicy: "cache-and-network",
  });
  const again = () => refetch({ requestPolicy: "network-only" });
  const found = () => result.data?.node;
  const details = (): EntryDetails | undefined => {
    const node = found();
    return node && "sentence" in node && node.id === props.id ? node : undefined;
  };
  const row = () => props.rows.find(({ id }) => id === props.id);
  const isGone = () => result.data !== undefined && !result.fetching && settled() === props.id && !details();
  createEffect(() => {
    const isUnsealed = details()?.seq === null;
    if (!isUnsealed || result.fetching) return;
    const timer = setTimeout(again, sealMs);
    onCleanup(() => clearTimeout(timer));
  });
  // The address forgets it before the focus goes back to its row.
  let last = "";
  createEffect(() => (last = props.id));
  const move = (by: number) => {
    const at = props.rows.findIndex(({ id }) => id === props.id);
    const next = at < 0 ? undefined : props.rows[at + by];
    if (!next) return;
    props.onMove(next.id);
    rowOf(next.id)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = { j: 1, k: -1 }[event.key] ?? 0;
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    // What has the focus belongs to the entry that is left.
    event.currentTarget.focus();
    move(by);
  };
  return (
    <Sheet
      title={details()?.sentence ?? row()?.sentence ?? "Entry"}
      description={
        <Show when={details() ?? row()}>
          {(entry) => (
            <span class={styles.what}>
              <Tag tone={outcomeTones[entry().outcome]}>{outcomeLabels[entry().outcome]}</Tag>
              <code>{entry().action}</code>
              <Time at={entry().at} exact />
            </span>
          )}
        </Show>
      }
      aside={<Neighbours onMove={move} />}
      onClose={props.onClose}
      onKeyDown={onKeyDown}
      returnTo={() => rowOf(last)}
    >
      <Show when={!isGone()} fallback={<Nothing />}>
        <QueryView of={result} retry={again}>
          {() => (
            <Show when={details()} fallback={<Skeleton rows={8} />}>
              {(entry) => (
                <div class={styles.entry}>
                  <Changes entry={entry()} />
                  <EntryFacts entry={entry()} onSearch={props.onSearch} />
                  <RawEntry entry={entry()} />
                </div>
              )}
            </Show>
          )}
        </QueryView>
      </Show>
    </Sheet>
  );
}

/** What it was opened from: a place in a proof that is open, else its row in the list. */
function rowOf(id: string) {
  const row = `[data-row="${CSS.escape(id)}"]`;
  return (
    document.querySelector<HTMLElement>(`[role="dialog"] ${row}`) ?? document.querySelector<HTMLElement>(row)
  );
}

const Nothing = () => (
  <Empty
    title="There is no such entry"
    text="Retention has deleted it, it is another organisation's, or the address is mistyped."
  />
);

const Neighbours = (props: { onMove: (by: number) => void }) => (
  <>
    <button
      type="button"
      class="icon"
      aria-label="Previous entry"
      title="Previous entry (K)"
      onClick={() => props.onMove(-1)}
    >
      <ChevronUp size={16} aria-hidden="true" />
    </button>
    <button
      type="button"
      class="icon"
      aria-label="Next entry"
      title="Next entry (J)"
      onClick={() => props.onMove(1)}
    >
      <ChevronDown size={16} aria-hidden="true" />
    </button>
  </>
);
