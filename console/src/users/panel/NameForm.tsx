import { createSignal, onMount, Show } from "solid-js";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { UpdateUser } from "../users-changes.gql";
import type { PersonDetails } from "../users.gql";
import styles from "./Panel.module.css";

/**
 * Corrects a name. Saved against the version that was on screen when the form opened, so that a change made
 * meanwhile by somebody else is shown and not overwritten.
 */
export function NameForm(props: { person: PersonDetails; again: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const [name, setName] = createSignal(props.person.name);
  const [version, setVersion] = createSignal(props.person.version);
  const [error, setError] = createSignal<string>();
  const [refusal, setRefusal] = createSignal<string>();
  const [clash, setClash] = createSignal(false);
  let form: HTMLFormElement | undefined;
  const input = () => form?.querySelector<HTMLInputElement>("[name=name]");
  onMount(() => input()?.select());
  const save = async (expectedVersion: number) => {
    const { done, failure } = await send(UpdateUser, {
      input: { id: props.person.id, name: name().trim(), expectedVersion },
    });
    setClash(failure?.code === "CONFLICT");
    if (failure?.code === "CONFLICT") props.again();
    const own = failure?.issues.find((issue) => issue.path === "name");
    setError(own?.message);
    setRefusal(failure && !own && !clash() ? failure.message : undefined);
    if (!done) return input()?.focus();
    toast("Name saved", done.user.name);
    props.onClose();
  };
  const takeTheirs = () => {
    setName(props.person.name);
    setVersion(props.person.version);
    setClash(false);
    input()?.focus();
  };
  return (
    <form
      ref={(element) => (form = element)}
      class={styles.nameform}
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy() && !clash()) void save(version());
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
        error={error()}
      />
      <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
      <Show
        when={clash()}
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
        <Problem
          tone="warn"
          message={
            <>
              Somebody else has changed this person since you opened it. The name is now “{props.person.name}
              ”. What you typed is still in the field.
            </>
          }
        >
          <Button small busy={busy()} onClick={() => void save(props.person.version)}>
            Save mine
          </Button>
          <Button small onClick={takeTheirs}>
            Take theirs
          </Button>
        </Problem>
      </Show>
    </form>
  );
}
