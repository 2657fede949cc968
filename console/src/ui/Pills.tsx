import { For, Show } from "solid-js";
import { count } from "../lib/format";

export interface Pill<Value extends string> {
  value: Value;
  label: string;
  count?: number;
}

/** One of a few views of the same list. */
export function Pills<Value extends string>(props: {
  label: string;
  options: readonly Pill<Value>[];
  value: Value;
  onValue: (value: Value) => void;
}) {
  return (
    <div class="pills" role="group" aria-label={props.label}>
      <For each={props.options}>
        {(option) => (
          <button
            type="button"
            aria-pressed={option.value === props.value}
            onClick={() => props.onValue(option.value)}
          >
            {option.label}
            <Show when={option.count !== undefined}>
              <small> {count(option.count ?? 0)}</small>
            </Show>
          </button>
        )}
      </For>
    </div>
  );
}
