import { createQuery } from "@urql/solid";
import { For, Show } from "solid-js";
import { sentence } from "../../lib/format";
import { QueryRefusal } from "../../ui/Refusal";
import { Tag } from "../../ui/Tag";
import { EditorSenders } from "./editor.gql";
import type { Editor } from "./use-editor";
import styles from "./Editor.module.css";

const toggled = (ids: string[], id: string) =>
  ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];

/** Senders among whom the leads are shared. Where the organisation has none, there is nothing to choose. */
export function SendersField(props: { editor: Editor }) {
  const [result, refetch] = createQuery({ query: EditorSenders, requestPolicy: "cache-and-network" });
  const senders = () => result.data?.senders.edges.map((edge) => edge.node) ?? [];
  const chosen = () => props.editor.draft.senderIds;
  // One that was archived since is not listed, and can only be let go.
  const gone = () => chosen().filter((id) => !senders().some((sender) => sender.id === id));
  const toggle = (id: string) =>
    props.editor.edit((draft) => void (draft.senderIds = toggled(draft.senderIds, id)), "senderIds");
  return (
    <div class={styles.senders}>
      <Show when={result.error}>
        {(error) => <QueryRefusal of={error()} retry={() => refetch({ requestPolicy: "network-only" })} />}
      </Show>
      <Show when={result.data && (senders().length > 0 || gone().length > 0)}>
        <fieldset class={styles.lists} tabindex={-1} data-key="senderIds">
          <legend>
            Senders<small> · optional</small>
          </legend>
          <ul>
            <For each={senders()}>
              {(sender) => (
                <li>
                  <label class="check">
                    <input
                      type="checkbox"
                      checked={chosen().includes(sender.id)}
                      onChange={() => toggle(sender.id)}
                    />
                    <span class="clip">
                      {sender.name} <span class="dim">{sender.address}</span>
                    </span>
                    <Show when={sender.state !== "ACTIVE"}>
                      <small>
                        <Tag tone="warn">{sentence(sender.state)}</Tag>
                      </small>
                    </Show>
                  </label>
                </li>
              )}
            </For>
            <For each={gone()}>
              {(id) => (
                <li>
                  <label class="check">
                    <input type="checkbox" checked onChange={() => toggle(id)} />
                    <span class="clip dim">A sender that was archived</span>
                    <small>
                      <Tag>Archived</Tag>
                    </small>
                  </label>
                </li>
              )}
            </For>
          </ul>
          <p>
            {chosen().length === 0
              ? "With none, all mail has the sender name and address above."
              : "Leads are shared among them evenly; all mails of a lead are from the same one. The sender name, addresses and postal address above are not used."}
          </p>
        </fieldset>
      </Show>
      <Show when={props.editor.errors()["senderIds"]}>
        {(message) => <p class={styles.fielderror}>{message()}</p>}
      </Show>
    </div>
  );
}
