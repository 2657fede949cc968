import { For, Show } from "solid-js";
import { plural } from "../../lib/format";
import type { EntryDetails } from "../audit.gql";
import { isUnchanged, shownValue } from "../entry.model";
import styles from "../Audit.module.css";

type Change = EntryDetails["changes"][number];

/** What it was before and is after; what has stayed the same is folded away. */
export function Changes(props: { entry: EntryDetails }) {
  const changed = () => props.entry.changes.filter((change) => !isUnchanged(change));
  const same = () => props.entry.changes.filter((change) => isUnchanged(change));
  return (
    <Show when={props.entry.changes.length}>
      <section aria-label="Before and after">
        <table class={`table ${styles.changes}`}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            <For each={changed()}>
              {(change) => <ChangeRow change={change} isErased={props.entry.isErased} />}
            </For>
          </tbody>
        </table>
        <Show when={same().length}>
          <details class={styles.same}>
            <summary>{plural(same().length, "field")} unchanged</summary>
            <table class={`table ${styles.changes}`}>
              <tbody>
                <For each={same()}>
                  {(change) => <ChangeRow change={change} isErased={props.entry.isErased} />}
                </For>
              </tbody>
            </table>
          </details>
        </Show>
      </section>
    </Show>
  );
}

const ChangeRow = (props: { change: Change; isErased: boolean }) => {
  // Of a person who has been erased both sides are gone.
  const isErased = () => props.isErased && props.change.before === null && props.change.after === null;
  return (
    <tr>
      <th scope="row">{props.change.field}</th>
      <Show
        when={!isErased()}
        fallback={
          <td colspan="2" class="dim">
            erased
          </td>
        }
      >
        <td data-side="before">
          <Value of={props.change.before} />
        </td>
        <td data-side="after">
          <Value of={props.change.after} />
        </td>
      </Show>
    </tr>
  );
};

const Value = (props: { of: unknown }) => (
  <Show when={shownValue(props.of)} fallback={<span class="dim">–</span>}>
    {(text) => <code>{text()}</code>}
  </Show>
);
