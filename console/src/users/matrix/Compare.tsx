import { createQuery } from "@urql/solid";
import { createEffect, createSignal, createUniqueId, For, on, Show } from "solid-js";
import { debounced } from "../../lib/debounce";
import { sentence } from "../../lib/format";
import { Search, X } from "../../ui/icons";
import { FindPeopleQuery, type FoundPerson } from "../users.gql";
import styles from "./Matrix.module.css";

/** Chooses whose permissions stand beside the roles. */
export function Compare(props: {
  person: { name: string } | undefined;
  onChoose: (id: string | undefined) => void;
}) {
  let frame: HTMLDivElement | undefined;
  let isOurs = false;
  const choose = (id: string | undefined) => {
    isOurs = true;
    props.onChoose(id);
  };
  // The control that had the focus has made room for the other one.
  createEffect(
    on(
      () => props.person,
      () => isOurs && frame?.querySelector<HTMLElement>("input, button")?.focus(),
      { defer: true },
    ),
  );
  return (
    <div class={styles.compare} ref={(element) => (frame = element)}>
      <Show when={props.person} fallback={<PersonSearch onChoose={choose} />}>
        {(person) => (
          <button
            type="button"
            class={styles.compared}
            aria-label={`Compared with ${person().name}: stop`}
            onClick={() => choose(undefined)}
          >
            <span class="clip">Compared with {person().name}</span>
            <X size={14} aria-hidden="true" />
          </button>
        )}
      </Show>
    </div>
  );
}

const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function PersonSearch(props: { onChoose: (id: string) => void }) {
  const id = createUniqueId();
  const [text, setText] = createSignal("");
  const [open, setOpen] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const settled = debounced(() => text().trim(), 200);
  const [result] = createQuery({
    query: FindPeopleQuery,
    variables: () => ({ text: settled() }),
    pause: () => !open(),
  });
  const people = () => (open() ? (result.data?.users.edges ?? []).map((edge) => edge.node) : []);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = step[event.key];
    if (by && people().length) {
      setAt((now) => (now + by + people().length) % people().length);
      event.preventDefault();
    } else if (by) setOpen(true);
    const chosen = people()[at()];
    if (event.key === "Enter" && chosen) props.onChoose(chosen.id);
    if (event.key === "Escape") setOpen(false);
  };
  return (
    <>
      <div class="searchbox">
        <Search size={14} aria-hidden="true" />
        <input
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          aria-label="Compare with a person"
          placeholder="Compare with a person"
          aria-expanded={people().length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={people().length ? `${id}-${at()}` : undefined}
          value={text()}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onInput={(event) => (setText(event.currentTarget.value), setAt(0), setOpen(true))}
          onKeyDown={onKeyDown}
        />
      </div>
      <Options id={id} people={people()} at={at()} onChoose={props.onChoose} />
      <Show when={open() && settled() && !result.fetching && !people().length}>
        <p class={styles.nobody} role="status">
          Nobody is called “{settled()}”.
        </p>
      </Show>
    </>
  );
}

const Options = (props: {
  id: string;
  people: readonly FoundPerson[];
  at: number;
  onChoose: (id: string) => void;
}) => (
  <ul
    class={`menu ${styles.options}`}
    id={`${props.id}-list`}
    role="listbox"
    aria-label="People"
    hidden={!props.people.length}
  >
    <For each={props.people}>
      {(person, index) => (
        <li
          role="option"
          id={`${props.id}-${index()}`}
          class="menu-item"
          aria-selected={index() === props.at}
          data-highlighted={index() === props.at ? "" : undefined}
          // Before the field loses the focus, which would close the list.
          onMouseDown={(event) => (event.preventDefault(), props.onChoose(person.id))}
        >
          <span class="clip">{person.name}</span>
          <small>{sentence(person.role)}</small>
        </li>
      )}
    </For>
  </ul>
);
