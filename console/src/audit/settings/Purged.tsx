import { For, Show } from "solid-js";
import { count } from "../../lib/format";
import { Time } from "../../ui/Time";
import type { Retention } from "./settings.gql";
import { monthWords } from "./settings.model";
import styles from "./AuditSettings.module.css";

/** Which months were deleted, and which numbers went with them. */
export const Purged = (props: { months: Retention["purged"] }) => (
  <section aria-label="What was deleted">
    <h3>What was deleted</h3>
    <Show
      when={props.months.length}
      fallback={<p class="dim">Nothing yet: retention has taken no month away.</p>}
    >
      <table class={`table ${styles.purged}`} aria-label="Deleted months">
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col">Entries</th>
            <th scope="col" data-end>
              Deleted
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.months}>
            {(month) => (
              <tr>
                <td>{monthWords(month.month)}</td>
                <td class="num dim">
                  {count(month.lastSeq - month.firstSeq + 1)}
                  <span class="dim">
                    , numbers {count(month.firstSeq)} to {count(month.lastSeq)}
                  </span>
                </td>
                <td data-end>
                  <Time at={month.at} />
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  </section>
);
