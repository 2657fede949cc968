import { Show } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { SaveView } from "../views.gql";

/** Keeps a search under a name. */
export function SaveViewModal(props: { query: string; onSaved: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const save = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get("name")).trim();
    const { failure } = await send(SaveView, { name, query: props.query });
    refusal.show(form, failure);
    if (failure) return;
    toast(`Saved as ${name}`);
    props.onSaved();
    props.onClose();
  };
  return (
    <Modal title="Save this search" description={<code>{props.query}</code>} onClose={props.onClose}>
      <form onSubmit={(event) => void save(event)}>
        <Show when={refusal.failure()}>{(failure) => <Problem message={failure().message} />}</Show>
        <TextField
          name="name"
          label="Name"
          hint="Only you see it, among the views at the left."
          error={refusal.errors()["name"]}
          required
          maxlength={60}
          autocomplete="off"
        />
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Save
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
