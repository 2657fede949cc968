import { createQuery } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { debounced } from "../../lib/debounce";
import { plural, sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Plus, UserPlus, X } from "../../ui/icons";
import { fullName } from "../campaigns.model";
import { EditorLead, EditorLeads, type LeadChoice } from "./editor.gql";
import styles from "./Editor.module.css";

const shownChips = 12;

/** Adds single leads to the audience by searching for them. */
export function LeadPicker(props: { chosen: string[]; onToggle: (id: string) => void }) {
  const [open, setOpen] = createSignal(false);
  return (
    <div class={styles.picker}>
      <Show when={props.chosen.length}>
        <ul class={styles.chips} aria-label="Chosen leads">
          <For each={props.chosen.slice(0, shownChips)}>
            {(id) => <Chip id={id} onRemove={() => props.onToggle(id)} />}
          </For>
          <Show when={props.chosen.length > shownChips}>
            <li class="dim">and {plural(props.chosen.length - shownChips, "more lead")}</li>
          </Show>
        </ul>
      </Show>
      <Show
        when={open()}
        fallback={
          <Button small tone="quiet" icon={UserPlus} onClick={() => setOpen(true)}>
            Add single leads
          </Button>
        }
      >
        <Search chosen={props.chosen} onToggle={props.onToggle} onClose={() => setOpen(false)} />
      </Show>
    </div>
  );
}

function Chip(props: { id: string; onRemove: () => void }) {
  const [result] = createQuery({ query: EditorLead, variables: () => ({ id: props.id }) });
  const name = () => result.data?.lead?.email ?? "Lead";
  return (
    <li class={styles.leadchip}>
      <span class="clip">{name()}</span>
      <button type="button" aria-label={`Remove ${name()}`} onClick={() => props.onRemove()}>
        <X size={13} aria-hidden="true" />
      </button>
    </li>
  );
}

function Search(props: { chosen: string[]; onToggle: (id: string) => void; onClose: () => void }) {
  const [text, setText] = createSignal("");
  const settled = debounced(() => text().trim(), 200);
  const [result] = createQuery({
    query: EditorLeads,
    variables: () => ({ first: 6, filter: { text: settled() } }),
    pause: () => settled().length < 2,
  });
  const hits = () =>
    (settled().length < 2 ? [] : (result.data?.leads.edges ?? []))
      .map((edge) => edge.node)
      .filter((lead) => !props.chosen.includes(lead.id));
  return (
    <div class={styles.leadsearch}>
      <div>
        <input
          class="input"
          type="search"
          aria-label="Search leads to add"
          placeholder="Search by name, address or company"
          ref={(input) => queueMicrotask(() => input.focus())}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button small tone="quiet" onClick={() => props.onClose()}>
          Done
        </Button>
      </div>
      <ul>
        <For each={hits()}>{(lead) => <Hit lead={lead} onAdd={() => props.onToggle(lead.id)} />}</For>
      </ul>
      <Show when={settled().length >= 2 && !result.fetching && !hits().length}>
        <p class="dim">No other lead matches “{settled()}”.</p>
      </Show>
    </div>
  );
}

const Hit = (props: { lead: LeadChoice; onAdd: () => void }) => (
  <li>
    <button type="button" aria-label={`Add ${props.lead.email}`} onClick={() => props.onAdd()}>
      <Plus size={14} aria-hidden="true" />
      <span class="clip">
        {props.lead.email} <span class="dim">{fullName(props.lead)}</span>
      </span>
      <Show when={props.lead.mailability !== "MAILABLE"}>
        <small>{sentence(props.lead.mailability)}</small>
      </Show>
    </button>
  </li>
);
