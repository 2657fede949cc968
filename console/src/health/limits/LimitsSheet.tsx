import { createQuery } from "@urql/solid";
import { createSignal, For, Show, untrack } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/dialogs";
import { Problem } from "../../ui/Problem";
import { Refusal } from "../../ui/Refusal";
import { QueryView } from "../../ui/States";
import { toast } from "../../ui/toast";
import { LimitsQuery, UpdateLimits, type Limit } from "../limits.gql";
import { LimitLine } from "./LimitLine";
import { changed, faultsOf, noNumbers, typedOf, type Faults, type Typed } from "./limits.model";
import styles from "../Health.module.css";

/** From when each figure is degraded and from when unhealthy, in the whole installation. */
export function LimitsSheet(props: { onClose: () => void }) {
  const [result, refetch] = createQuery({ query: LimitsQuery, requestPolicy: "network-only" });
  const [turn, setTurn] = createSignal(1);
  const again = () => refetch({ requestPolicy: "network-only" });
  return (
    <Sheet
      title="Limits"
      description="From the first on a figure is degraded, from the second unhealthy. They hold for the whole installation."
      onClose={props.onClose}
    >
      <QueryView of={result} retry={again}>
        {(data) => (
          <Show when={turn()} keyed>
            {(_turn) => (
              <LimitsForm
                limits={data().healthThresholds}
                again={again}
                reload={() => setTurn((count) => count + 1)}
                onClose={props.onClose}
              />
            )}
          </Show>
        )}
      </QueryView>
    </Sheet>
  );
}

function LimitsForm(props: {
  limits: readonly Limit[];
  /** Loads the limits again. */
  again: () => void;
  /** Shows those that were loaded. */
  reload: () => void;
  onClose: () => void;
}) {
  const { send, busy } = useSend();
  // What is typed is held against what was on screen when the form was opened.
  const start = untrack(() => props.limits.map((limit) => ({ ...limit })));
  const [typed, setTyped] = createSignal<Typed>(typedOf(start));
  const [faults, setFaults] = createSignal<Faults>({});
  const [failure, setFailure] = createSignal<Failure>();
  const changes = () => changed(start, typed());
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const thresholds = changes();
    setFaults(noNumbers(thresholds));
    if (busy() || Object.keys(faults()).length) return;
    const expectedVersion = start[0]?.version ?? null;
    const { done, failure: refused } = await send(UpdateLimits, { input: { thresholds, expectedVersion } });
    setFaults(faultsOf(refused, thresholds));
    setFailure(Object.keys(faults()).length ? undefined : refused);
    if (!done) return;
    toast(
      `Limits of ${plural(thresholds.length, "figure")} changed`,
      "They are in force within five seconds.",
    );
    props.onClose();
  };
  return (
    <form novalidate onSubmit={(event) => void save(event)}>
      <div class={styles.limitshead} aria-hidden="true">
        <span>Figure</span>
        <span>Degraded</span>
        <span>Unhealthy</span>
      </div>
      <ul>
        <For each={start}>
          {(limit) => (
            <LimitLine
              limit={limit}
              typed={typed()[limit.signal]}
              fault={faults()[limit.signal]}
              onType={(next) => setTyped((all) => ({ ...all, [limit.signal]: next }))}
            />
          )}
        </For>
      </ul>
      <Show when={failure()}>
        {(refused) => (
          <Show when={refused().code === "CONFLICT"} fallback={<Refusal of={refused()} />}>
            <Problem
              tone="warn"
              message="Somebody else has changed limits since you opened them. Nothing was changed by you."
            >
              <Button small onClick={() => props.reload()}>
                Reload theirs
              </Button>
            </Problem>
          </Show>
        )}
      </Show>
      <footer class={styles.sheetfoot}>
        <Button onClick={() => props.onClose()}>Cancel</Button>
        <Show when={changes().length} fallback={<Button aria-disabled="true">Nothing changed</Button>}>
          <Button type="submit" tone="primary" busy={busy()}>
            Save {plural(changes().length, "limit")}
          </Button>
        </Show>
      </footer>
    </form>
  );
}
