import { For, Show } from "solid-js";
import { Button } from "../../ui/Button";
import { X } from "../../ui/icons";
import { termsOf, without } from "../query.model";
import styles from "../Audit.module.css";

/** What is asked for, word by word; each can be taken back. */
export const Chips = (props: {
  query: string;
  onQuery: (query: string) => void;
  /** Keeps the search under a name; missing where it is kept already. */
  onSave: (() => void) | undefined;
}) => (
  <Show when={props.query}>
    <div class={styles.chips}>
      <ul aria-label="Searched for">
        <For each={termsOf(props.query)}>
          {(term) => (
            <li data-negated={term.negated ? "" : undefined}>
              <span class="clip">
                <Show when={term.negated}>
                  <em>not </em>
                </Show>
                <Show when={term.key}>{(key) => <small>{key()} </small>}</Show>
                {term.value || "…"}
              </span>
              <button
                type="button"
                aria-label={`Remove ${props.query.slice(term.start, term.end)}`}
                onClick={() => props.onQuery(without(props.query, term))}
              >
                <X size={12} aria-hidden="true" />
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.onSave}>
        {(save) => (
          <Button small tone="quiet" onClick={() => save()()}>
            Save this search
          </Button>
        )}
      </Show>
      <Button small tone="quiet" onClick={() => props.onQuery("")}>
        Clear
      </Button>
    </div>
  </Show>
);
