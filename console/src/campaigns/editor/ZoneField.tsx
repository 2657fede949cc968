import { createMemo, createSignal, createUniqueId, For, Show } from "solid-js";
import { Field } from "../../ui/Field";
import styles from "./Schedule.module.css";

const shownAtMost = 60;

/** Every zone that the browser knows, with UTC, which some leave out. */
const allZones = [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];

/** "GMT+2", as it is now; nothing for a zone that the browser does not know. */
function offsetOf(zone: string): string {
  try {
    const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" });
    return parts.formatToParts(new Date()).find(({ type }) => type === "timeZoneName")?.value ?? "";
  } catch {
    return "";
  }
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_/]+/g, " ");
const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** A zone of the IANA database, found by typing a part of its name. */
export function ZoneField(props: {
  label: string;
  hint: string;
  name: string;
  value: string;
  error?: string;
  onValue: (zone: string) => void;
}) {
  const id = createUniqueId();
  /** What is typed while the list is open; undefined: it is closed. */
  const [text, setText] = createSignal<string>();
  const [at, setAt] = createSignal(0);
  const hits = createMemo(() => {
    const typed = text();
    if (typed === undefined) return [];
    const wanted = plain(typed.trim());
    return allZones.filter((zone) => plain(zone).includes(wanted)).slice(0, shownAtMost);
  });
  const choose = (zone: string | undefined) => {
    if (zone) props.onValue(zone);
    setText(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = step[event.key];
    if (by && text() === undefined) setText("");
    else if (by && hits().length) setAt((now) => (now + by + hits().length) % hits().length);
    else if (event.key === "Enter" && text() !== undefined) choose(hits()[at()]);
    else if (event.key === "Escape" && text() !== undefined) setText(undefined);
    else return;
    event.preventDefault();
    document.getElementById(`${id}-${at()}`)?.scrollIntoView?.({ block: "nearest" });
  };
  return (
    <Field
      label={props.label}
      hint={`${props.hint} Now ${offsetOf(props.value) || "unknown to this browser"}.`}
      error={props.error}
      control={(wiring) => (
        <div class={styles.zone}>
          <input
            {...wiring}
            aria-describedby={wiring["aria-describedby"]}
            aria-invalid={wiring["aria-invalid"]}
            class="input"
            type="text"
            role="combobox"
            name={props.name}
            autocomplete="off"
            spellcheck={false}
            aria-expanded={hits().length > 0}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={hits().length ? `${id}-${at()}` : undefined}
            value={text() ?? props.value}
            onFocus={(event) => event.currentTarget.select()}
            onClick={() => (setAt(0), setText((now) => now ?? ""))}
            onBlur={() => setText(undefined)}
            onInput={(event) => (setAt(0), setText(event.currentTarget.value))}
            onKeyDown={onKeyDown}
          />
          <Zones id={id} zones={hits()} at={at()} chosen={props.value} onChoose={choose} />
          <Show when={text()?.trim() && hits().length === 0}>
            <p class={styles.nozone} role="status">
              No zone is called “{text()}”.
            </p>
          </Show>
        </div>
      )}
    />
  );
}

const Zones = (props: {
  id: string;
  zones: readonly string[];
  at: number;
  chosen: string;
  onChoose: (zone: string) => void;
}) => (
  <ul
    class={`menu ${styles.zones}`}
    id={`${props.id}-list`}
    role="listbox"
    aria-label="Time zones"
    hidden={!props.zones.length}
  >
    <For each={props.zones}>
      {(zone, index) => (
        <li
          role="option"
          id={`${props.id}-${index()}`}
          class="menu-item"
          aria-selected={index() === props.at}
          data-highlighted={index() === props.at ? "" : undefined}
          data-chosen={zone === props.chosen ? "" : undefined}
          // Before the field loses the focus, which would close the list.
          onMouseDown={(event) => (event.preventDefault(), props.onChoose(zone))}
        >
          <span class="clip">{zone.replaceAll("_", " ")}</span>
          <small class="num">{offsetOf(zone)}</small>
        </li>
      )}
    </For>
  </ul>
);
