import { createEffect, createSignal, on, onCleanup, Show } from "solid-js";
import { debounced } from "../lib/debounce";
import { Search, X } from "./icons";

/** A search over a list. `/` focuses it, Escape empties it; `onValue` is told after 250 ms of rest. */
export function SearchBox(props: {
  label: string;
  placeholder: string;
  value: string;
  onValue: (value: string) => void;
  /** Off inside dialogs and forms, where `/` is a letter. */
  shortcut?: boolean;
}) {
  const [text, setText] = createSignal(props.value);
  const settled = debounced(text, 250);
  createEffect(on(settled, (value) => value !== props.value && props.onValue(value), { defer: true }));
  createEffect(on(() => props.value, setText, { defer: true }));
  let input: HTMLInputElement | undefined;
  const focusOnSlash = () => input?.focus();
  if (props.shortcut !== false) {
    document.addEventListener("postwatch:search", focusOnSlash);
    onCleanup(() => document.removeEventListener("postwatch:search", focusOnSlash));
  }
  return (
    <div class="searchbox">
      <Search size={14} aria-hidden="true" />
      <input
        ref={(element) => (input = element)}
        type="search"
        aria-label={props.label}
        placeholder={props.placeholder}
        value={text()}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
        on:keydown={(event) => {
          // Before a panel around it hears of it and closes.
          if (event.key !== "Escape" || !text()) return;
          event.stopPropagation();
          setText("");
        }}
      />
      <Show when={!text()} fallback={<ClearButton onClear={() => (setText(""), input?.focus())} />}>
        <Show when={props.shortcut !== false}>
          <kbd aria-hidden="true">/</kbd>
        </Show>
      </Show>
    </div>
  );
}

const ClearButton = (props: { onClear: () => void }) => (
  <button type="button" aria-label="Clear search" onClick={() => props.onClear()}>
    <X size={14} aria-hidden="true" />
  </button>
);
