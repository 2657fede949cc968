import { createEffect, createSignal, createUniqueId, For, on, onCleanup, Show } from "solid-js";
import { debounced } from "../../lib/debounce";
import { CircleAlert, Search, X } from "../../ui/icons";
import { isUnfinished, suggestionsFor, taking, type KnownValues, type Suggestion } from "../query.model";
import styles from "../Audit.module.css";

const restMs = 300;

interface BoxProps {
  value: string;
  onValue: (query: string) => void;
  known: KnownValues;
  /** Why the server does not understand it. */
  error: string | undefined;
}

/**
 * One box for words and qualifiers. Words are searched for while they are typed, a qualifier when it is finished: by a
 * space, by Enter, or by leaving the box.
 */
export function QueryBox(props: BoxProps) {
  const id = createUniqueId();
  const [text, setText] = createSignal(props.value);
  const [caret, setCaret] = createSignal(0);
  const [isOpen, setOpen] = createSignal(false);
  const [at, setAt] = createSignal(-1);
  let input: HTMLInputElement | undefined;

  const apply = (query: string) => query.trim() !== props.value && props.onValue(query.trim());
  const settled = debounced(text, restMs);
  createEffect(
    on(
      settled,
      (query) => query === text() && !isUnfinished(query, input?.selectionStart ?? 0) && apply(query),
      {
        defer: true,
      },
    ),
  );
  // What the facets and chips have changed; not what comes back of one's own typing.
  createEffect(
    on(
      () => props.value,
      (query) => query !== text().trim() && setText(query),
      { defer: true },
    ),
  );

  const options = () => (isOpen() ? suggestionsFor(text(), caret(), props.known) : []);
  const note = () => {
    if (!input) return;
    setText(input.value);
    setCaret(input.selectionStart ?? input.value.length);
    setAt(-1);
    setOpen(true);
  };
  const place = (query: string, at: number) => {
    if (!input) return;
    input.value = query;
    input.focus();
    input.setSelectionRange(at, at);
  };
  const take = (suggestion: Suggestion) => {
    const next = taking(text(), caret(), suggestion);
    setText(next.query);
    place(next.query, next.caret);
    setCaret(next.caret);
    setAt(-1);
    // A qualifier goes on with its value; a value is meant as it stands.
    setOpen(suggestion.text.endsWith(":"));
    if (!suggestion.text.endsWith(":")) apply(next.query);
  };
  const step = (by: number) => {
    const many = options().length;
    if (many === 0) return note();
    setAt((index) => (index < 0 ? (by > 0 ? 0 : many - 1) : (index + by + many) % many));
  };
  const finish = () => {
    const chosen = options()[at()];
    if (chosen) return take(chosen);
    setOpen(false);
    apply(text());
  };
  const escape = (event: KeyboardEvent) => {
    if (options().length) setOpen(false);
    else if (text()) clear();
    else return;
    event.stopPropagation();
  };
  const clear = () => {
    setText("");
    setOpen(false);
    apply("");
    input?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return escape(event);
    const action = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: finish }[event.key];
    if (action) {
      event.preventDefault();
      action();
    } else if (event.key === "Tab" && options()[at()]) {
      event.preventDefault();
      finish();
    }
  };
  const focusOnSlash = () => input?.focus();
  document.addEventListener("postwatch:search", focusOnSlash);
  onCleanup(() => document.removeEventListener("postwatch:search", focusOnSlash));

  return (
    <div class={styles.query}>
      <div class="searchbox" data-invalid={props.error ? "" : undefined}>
        <Search size={14} aria-hidden="true" />
        <input
          ref={(element) => (input = element)}
          type="search"
          role="combobox"
          aria-label="Search the audit log by words and qualifiers"
          placeholder="Words, or actor:ada action:user.* outcome:denied"
          aria-expanded={options().length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={options()[at()] ? `${id}-${at()}` : undefined}
          aria-invalid={props.error ? "true" : undefined}
          aria-describedby={props.error ? `${id}-error` : undefined}
          value={text()}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxlength={500}
          onInput={note}
          onClick={note}
          onFocus={() => setCaret(input?.selectionStart ?? 0)}
          onBlur={() => {
            setOpen(false);
            apply(text());
          }}
          on:keydown={onKeyDown}
        />
        <Show when={text()} fallback={<kbd aria-hidden="true">/</kbd>}>
          <button type="button" aria-label="Clear search" onClick={clear}>
            <X size={14} aria-hidden="true" />
          </button>
        </Show>
      </div>
      <Show when={options().length}>
        <ul class={styles.suggestions} id={`${id}-list`} role="listbox" aria-label="Suggestions">
          <For each={options()}>
            {(option, index) => (
              <li
                id={`${id}-${index()}`}
                role="option"
                aria-selected={index() === at()}
                // Before the box loses the focus, and with it this list.
                onPointerDown={(event) => {
                  event.preventDefault();
                  take(option);
                }}
              >
                <span class="mono">{option.text}</span>
                <Show when={option.hint}>
                  <small>{option.hint}</small>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.error}>
        <p class={styles.queryerror} id={`${id}-error`} role="alert">
          <CircleAlert size={13} aria-hidden="true" />
          {props.error}
        </p>
      </Show>
    </div>
  );
}
