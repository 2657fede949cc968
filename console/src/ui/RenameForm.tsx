import { createSignal, onMount, Show } from "solid-js";
import type { Failure } from "../api/failure";
import { Button } from "./Button";
import { Clash } from "./Clash";
import { TextField } from "./Field";
import { Refusal } from "./Refusal";
import { useRefusal } from "./use-refusal";

/** A thing's name as it is loaded now, with the version that an edit of it is made on. */
interface Named {
  name: string;
  version: number;
}

/**
 * Another name for something, inside a panel. Saved against the version that was on screen when the form opened: what
 * somebody else has changed meanwhile is shown, and overwritten only on demand.
 */
export function RenameForm(props: {
  /** As in "this team". */
  what: string;
  class: string;
  now: Named;
  /** Answers why it was refused, if it was. */
  save: (name: string, expectedVersion: number) => Promise<Failure | undefined>;
  /** Loads the thing again. */
  again: () => void;
  onClose: () => void;
}) {
  const { errors, failure, show } = useRefusal();
  const [busy, setBusy] = createSignal(false);
  const [name, setName] = createSignal(props.now.name);
  const [version, setVersion] = createSignal(props.now.version);
  // A name that is taken is a conflict too; that one belongs to the field.
  const clashes = () => failure()?.code === "CONFLICT";
  let form!: HTMLFormElement;
  onMount(() => form.querySelector("input")?.select());
  const save = async (expectedVersion: number) => {
    setBusy(true);
    const refused = await props.save(name().trim(), expectedVersion);
    setBusy(false);
    show(form, refused);
    if (!refused || clashes()) props.again();
    if (!refused) props.onClose();
  };
  const takeTheirs = () => {
    show(form, undefined);
    setName(props.now.name);
    setVersion(props.now.version);
    form.querySelector("input")?.focus();
  };
  return (
    <form
      ref={(element) => (form = element)}
      class={props.class}
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy() && !clashes()) void save(version());
      }}
      on:keydown={(event) => {
        // Before the panel around it hears of it and closes.
        if (event.key !== "Escape") return;
        event.stopPropagation();
        props.onClose();
      }}
    >
      <TextField
        label="Name"
        name="name"
        autocomplete="off"
        value={name()}
        onValue={setName}
        error={errors()["name"]}
      />
      <Show when={!clashes() && failure()}>{(refused) => <Refusal of={refused()} />}</Show>
      <Show
        when={clashes()}
        fallback={
          <div class="actions">
            <Button type="submit" tone="primary" small busy={busy()}>
              Save name
            </Button>
            <Button small onClick={() => props.onClose()}>
              Cancel
            </Button>
          </div>
        }
      >
        <Clash
          what={props.what}
          now={props.now.name}
          busy={busy()}
          onMine={() => void save(props.now.version)}
          onTheirs={takeTheirs}
        />
      </Show>
    </form>
  );
}
