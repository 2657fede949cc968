import { createSignal, onMount, Show } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Clash } from "../../ui/Clash";
import { Refusal } from "../../ui/Refusal";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { RenameTeam } from "../teams-changes.gql";
import type { TeamDetails } from "../teams.gql";
import styles from "../Teams.module.css";

/**
 * Saved against the version that was on screen when the form opened: what somebody else has changed meanwhile is shown
 * and not overwritten.
 */
export function RenameForm(props: { team: TeamDetails; again: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const { errors, failure, show } = useRefusal();
  const [name, setName] = createSignal(props.team.name);
  const [version, setVersion] = createSignal(props.team.version);
  // A name that is taken is a conflict too; that one belongs to the field.
  const clashes = () => failure()?.code === "CONFLICT";
  let form!: HTMLFormElement;
  onMount(() => form.querySelector("input")?.select());
  const save = async (expectedVersion: number) => {
    const input = { id: props.team.id, name: name().trim(), expectedVersion };
    const { done, failure: refused } = await send(RenameTeam, { input });
    show(form, refused);
    if (done || clashes()) props.again();
    if (!done) return;
    toast("Team renamed", done.team.name);
    props.onClose();
  };
  const takeTheirs = () => {
    show(form, undefined);
    setName(props.team.name);
    setVersion(props.team.version);
    form.querySelector("input")?.focus();
  };
  return (
    <form
      ref={(element) => (form = element)}
      class={styles.form}
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy() && !clashes()) void save(version());
      }}
      on:keydown={(event) => {
        // Before the panel around it hears of it.
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
          what="this team"
          now={props.team.name}
          busy={busy()}
          onMine={() => void save(props.team.version)}
          onTheirs={takeTheirs}
        />
      </Show>
    </form>
  );
}
