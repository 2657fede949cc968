import { Show } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Refusal } from "../../ui/Refusal";
import { Modal } from "../../ui/dialogs";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { CreateTeam } from "../teams-changes.gql";

/** Asks for the name only; people are added in the panel that opens next. */
export function NewTeamModal(props: { onMade: (id: string) => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const { errors, failure, show } = useRefusal();
  // A press that is repeated after a lost answer makes no second team.
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name")).trim();
    const { done, failure: refused } = await send(CreateTeam, { input: { name }, key: `${key}-${name}` });
    show(form, refused);
    if (!done) return;
    toast("Team made", `Now add the people of ${done.team.name}.`);
    props.onMade(done.team.id);
  };
  return (
    <Modal
      title="New team"
      description="Its people see what belongs to it; what they make from now on is the team’s."
      onClose={props.onClose}
    >
      <form novalidate onSubmit={(event) => void submit(event)}>
        <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
        <TextField
          label="Name"
          name="name"
          autocomplete="off"
          maxlength="80"
          required
          error={errors()["name"]}
        />
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Create team
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
