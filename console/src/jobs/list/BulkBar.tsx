import { createSignal, Show } from "solid-js";
import { plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { RotateCcw, Trash } from "../../ui/icons";
import { BulkQuestion } from "../BulkQuestion";
import { queueLabels, queueNames } from "../jobs.model";
import { useBulk, type BulkAction, type DeadFilter } from "../use-bulk";
import type { ListState } from "./filter.model";
import type { Selection } from "./use-selection";
import styles from "./List.module.css";

interface BarProps {
  list: ListState;
  filter: DeadFilter;
  total: number | undefined;
  selection: Selection;
  again: () => void;
}

/** What can be done with the selected rows or, of failed ones, with all that match. */
export function BulkBar(props: BarProps) {
  const [asked, setAsked] = createSignal<{ action: BulkAction; all: boolean; count: number }>();
  const bulk = useBulk(() => {
    props.selection.clear();
    props.again();
  });
  const selected = () => props.selection.ids().size;
  const matching = () => (props.list.state === "FAILED" ? (props.total ?? 0) : 0);
  const ask = (action: BulkAction, all: boolean) =>
    setAsked({ action, all, count: all ? matching() : selected() });
  const confirm = async () => {
    const question = asked();
    if (!question) return false;
    if (!question.all) await bulk.selected(question.action, [...props.selection.ids()]);
    else {
      const queues = props.list.queue ? [props.list.queue] : queueNames;
      await bulk.matching(question.action, queues, props.filter, question.count);
    }
    return true;
  };
  const which = () =>
    asked()?.all
      ? `that failed${props.list.queue ? ` in ${queueLabels[props.list.queue]}` : ""} and match the filter`
      : "selected";
  return (
    <>
      <Show when={selected() > 0 || matching() > 0}>
        <div class={styles.bulk} role="group" aria-label="For many jobs">
          <Show
            when={selected() > 0}
            fallback={
              <>
                <span>{plural(matching(), "failed job")} match.</span>
                <Pair all count={matching()} ask={ask} />
              </>
            }
          >
            <span role="status">{selected()} selected</span>
            <Pair all={false} count={selected()} ask={ask} />
            <Button small tone="quiet" onClick={() => props.selection.clear()}>
              Clear
            </Button>
          </Show>
        </div>
      </Show>
      <Show when={asked()}>
        {(question) => (
          <BulkQuestion
            action={question().action}
            count={question().count}
            which={which()}
            progress={bulk.progress()}
            onConfirm={confirm}
            onClose={() => setAsked(undefined)}
          />
        )}
      </Show>
    </>
  );
}

const Pair = (props: { all: boolean; count: number; ask: (action: BulkAction, all: boolean) => void }) => {
  const which = () => (props.all ? ` all ${props.count.toLocaleString("en")}` : "");
  return (
    <>
      <Button small writes icon={RotateCcw} onClick={() => props.ask("RETRY", props.all)}>
        Retry{which()}
      </Button>
      <Button small writes icon={Trash} onClick={() => props.ask("DISCARD", props.all)}>
        Discard{which()}
      </Button>
    </>
  );
};
