import { createSignal, Show } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { SelectField, TextField } from "../../ui/Field";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { CreateStream, type StreamKind } from "./settings.gql";
import { hostOf, kindHints, kindLabels } from "./settings.model";

const kinds = (Object.keys(kindLabels) as StreamKind[]).map((value) => ({ value, label: kindLabels[value] }));
const beginnings = [
  { value: "now", label: "The next entry" },
  { value: "past", label: "The first entry there is" },
];

/** A new stream. `onMade` is told what its deliveries are signed with, which nobody is told again. */
export function NewStreamModal(props: { onMade: (secret: string | null) => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const [kind, setKind] = createSignal<StreamKind>("WEBHOOK");
  const [begins, setBegins] = createSignal("now");
  // A press that is repeated after a lost answer makes no second stream.
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const form = event.currentTarget as HTMLFormElement;
    const url = String(new FormData(form).get("url")).trim();
    const input = { kind: kind(), url, includesPast: begins() === "past" };
    const { done, failure } = await send(CreateStream, { input, key: `${key}-${JSON.stringify(input)}` });
    refusal.show(form, failure);
    if (!done) return;
    toast("Stream made", `Entries are sent to ${hostOf(done.auditStream.url)}.`);
    props.onMade(done.secret);
  };
  return (
    <Modal
      title="New stream"
      description="Every entry of the organisation is sent there as it is sealed."
      width={500}
      onClose={props.onClose}
    >
      <form novalidate onSubmit={(event) => void submit(event)}>
        <Show when={refusal.failure()}>{(failure) => <Refusal of={failure()} />}</Show>
        <div class="formgrid">
          <SelectField
            label="Kind"
            name="kind"
            choices={kinds}
            value={kind()}
            onValue={(value) => setKind(value as StreamKind)}
            error={refusal.errors()["kind"]}
          />
          <SelectField
            label="Begins with"
            name="begins"
            choices={beginnings}
            value={begins()}
            onValue={setBegins}
          />
          <TextField
            label="Address"
            name="url"
            autocomplete="off"
            spellcheck={false}
            wide
            placeholder={kindHints[kind()].placeholder}
            hint={kindHints[kind()].hint}
            error={refusal.errors()["url"]}
          />
        </div>
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Create stream
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
