import type { CombinedError } from "@urql/core";
import { For, Show } from "solid-js";
import { count } from "../../lib/format";
import { CompactSelect } from "../../ui/Field";
import { QueryView, Skeleton } from "../../ui/States";
import type { LeadList, ListsQuery } from "../leads.gql";
import type { ResultOf } from "../../api/graphql";
import styles from "../Leads.module.css";

interface Choosing {
  chosen: string;
  onChoose: (id: string) => void;
}

/** The lists beside the table, with how many of their people can be mailed; a select on narrow screens. */
export const ListRail = (
  props: Choosing & {
    result: { data?: ResultOf<typeof ListsQuery>; error?: CombinedError; fetching: boolean };
    retry: () => void;
  },
) => (
  <nav class={styles.rail} aria-label="Lists">
    <h2>Lists</h2>
    <QueryView of={props.result} retry={props.retry} skeleton={<Skeleton rows={5} />}>
      {(data) => (
        <Rail
          lists={data().leadLists.edges.map((edge) => edge.node)}
          chosen={props.chosen}
          onChoose={props.onChoose}
        />
      )}
    </QueryView>
  </nav>
);

const Rail = (props: Choosing & { lists: LeadList[] }) => (
  <>
    <ul>
      <li>
        <button type="button" aria-pressed={!props.chosen} onClick={() => props.onChoose("")}>
          <span>All leads</span>
        </button>
      </li>
      <For each={props.lists} fallback={<li class={styles.nolist}>An import makes the first list.</li>}>
        {(list) => (
          <li>
            <button
              type="button"
              aria-pressed={props.chosen === list.id}
              title={`${count(list.mailableCount)} of ${count(list.leadCount)} can be mailed`}
              onClick={() => props.onChoose(list.id)}
            >
              <span class="clip">{list.name}</span>
              <small class="num">{count(list.leadCount)}</small>
            </button>
            <Show when={props.chosen === list.id}>
              <small class={styles.listnote}>
                {count(list.mailableCount)} mailable, {count(list.leadCount - list.mailableCount)} not
              </small>
            </Show>
          </li>
        )}
      </For>
    </ul>
    <div class={styles.railselect}>
      <CompactSelect
        label="List"
        choices={[
          { value: "", label: "All lists" },
          ...props.lists.map((list) => ({ value: list.id, label: list.name })),
        ]}
        value={props.chosen}
        onValue={props.onChoose}
      />
    </div>
  </>
);
