import { createQuery } from "@urql/solid";
import { createEffect, createSignal, For, Show } from "solid-js";
import { countIn, segmentsOf } from "../../lib/accounting";
import { count, plural, sentence } from "../../lib/format";
import { LinkButton } from "../../ui/Button";
import { Card } from "../../ui/Layout";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { EditorLists, type ListChoice } from "./editor.gql";
import { LeadPicker } from "./LeadPicker";
import type { Editor } from "./use-editor";
import styles from "./Editor.module.css";

const toggled = (ids: string[], id: string) =>
  ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];

/** Lists with how many of their people can be mailed, and single leads beside them. */
export function AudienceCard(props: { editor: Editor; onMailable: (count: number) => void }) {
  const [result, refetch] = createQuery({ query: EditorLists, requestPolicy: "cache-and-network" });
  const lists = () => result.data?.leadLists.edges.map((edge) => edge.node) ?? [];
  const chosen = () => lists().filter((list) => props.editor.draft.listIds.includes(list.id));
  const mailable = () =>
    chosen().reduce((sum, list) => sum + list.mailableCount, 0) + props.editor.draft.leadIds.length;
  createEffect(() => props.onMailable(mailable()));
  const change = (key: "listIds" | "leadIds") => (id: string) =>
    props.editor.edit((draft) => void (draft[key] = toggled(draft[key], id)), "audience");
  return (
    <Card title="Audience" aside={<b class={`num ${styles.sum}`}>up to {count(mailable())} mailable</b>}>
      <QueryView
        of={result}
        retry={() => refetch({ requestPolicy: "network-only" })}
        skeleton={<Skeleton rows={3} />}
      >
        {() => (
          <Show
            when={lists().length}
            fallback={
              <Empty title="No list yet" text="Import leads into a list, then choose it here.">
                <LinkButton small href="/leads/import">
                  Import leads
                </LinkButton>
              </Empty>
            }
          >
            <ListChoices lists={lists()} chosen={props.editor.draft.listIds} onToggle={change("listIds")} />
          </Show>
        )}
      </QueryView>
      <LeadPicker chosen={props.editor.draft.leadIds} onToggle={change("leadIds")} />
      <Show when={props.editor.errors()["audience"]}>
        {(message) => <p class={styles.fielderror}>{message()}</p>}
      </Show>
      <Reach editor={props.editor} />
    </Card>
  );
}

const searchFrom = 7;

const ListChoices = (props: { lists: ListChoice[]; chosen: string[]; onToggle: (id: string) => void }) => {
  const [text, setText] = createSignal("");
  const shown = () =>
    props.lists.filter((list) => list.name.toLowerCase().includes(text().trim().toLowerCase()));
  return (
    <fieldset class={styles.lists} tabindex={-1} data-key="audience">
      <legend class="sr">Lists</legend>
      <Show when={props.lists.length >= searchFrom}>
        <input
          class="input"
          type="search"
          aria-label="Filter lists"
          placeholder="Filter lists"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Show>
      <ul>
        <For each={shown()} fallback={<li class="dim">No list matches “{text()}”.</li>}>
          {(list) => (
            <li>
              <label class="check">
                <input
                  type="checkbox"
                  checked={props.chosen.includes(list.id)}
                  onChange={() => props.onToggle(list.id)}
                />
                <span class="clip">{list.name}</span>
                <small class="num">
                  {count(list.mailableCount)} mailable of {count(list.leadCount)}
                </small>
              </label>
            </li>
          )}
        </For>
      </ul>
    </fieldset>
  );
};

/** What the server counts for the saved draft: doubles once, unmailable people out, each with its reason. */
const Reach = (props: { editor: Editor }) => (
  <Show when={!props.editor.dirty() && props.editor.campaign()}>
    {(campaign) => (
      <p class={styles.reach}>
        As saved, a launch mails{" "}
        <b class="num">{plural(countIn(campaign().accounting, "PLANNED", "QUEUED"), "person", "people")}</b>
        <For each={segmentsOf(campaign().accounting).filter((each) => each.bucket === "SKIPPED")}>
          {(skipped) => (
            <>
              {" "}
              and skips <b class="num">{count(skipped.count)}</b>
              <Show when={skipped.reasons.length}>
                {" "}
                (
                {skipped.reasons
                  .map((each) => `${count(each.count)} ${sentence(each.reason).toLowerCase()}`)
                  .join(", ")}
                )
              </Show>
            </>
          )}
        </For>
        . People on several lists are counted once.
      </p>
    )}
  </Show>
);
