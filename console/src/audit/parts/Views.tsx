import { For, Show } from "solid-js";
import { useSend } from "../../api/send";
import { whyReadOnly } from "../../ui/Button";
import { X } from "../../ui/icons";
import { toast } from "../../ui/toast";
import { DeleteView, type View } from "../views.gql";
import styles from "../Audit.module.css";

/** Searches that are kept under a name: the product's, and one's own. */
export function Views(props: {
  views: readonly View[];
  query: string;
  onQuery: (query: string) => void;
  again: () => void;
}) {
  const { send } = useSend();
  const remove = async (view: View) => {
    const { failure } = await send(DeleteView, { id: view.id });
    if (failure) toast("The view is still there", failure.message, "bad");
    else props.again();
  };
  return (
    <Show when={props.views.length}>
      <section aria-label="Views" class={styles.views}>
        <h2>Views</h2>
        <ul>
          <For each={props.views}>
            {(view) => (
              <li class={styles.group}>
                <button
                  type="button"
                  aria-pressed={view.query === props.query}
                  title={view.query}
                  onClick={() => props.onQuery(view.query === props.query ? "" : view.query)}
                >
                  <span class="clip">{view.name}</span>
                </button>
                <Show when={view.isOwn}>
                  <button
                    type="button"
                    class={styles.fold}
                    aria-label={`Delete the view ${view.name}`}
                    aria-disabled={whyReadOnly() ? "true" : undefined}
                    title={whyReadOnly()}
                    onClick={() => !whyReadOnly() && void remove(view)}
                  >
                    <X size={13} aria-hidden="true" />
                  </button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
