import { createSignal, Show, untrack } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { AreaField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { Changed } from "./Changed";
import { UpdateRetention, type Retention } from "./settings.gql";

/** Asks why nothing may be deleted. */
export function HoldModal(props: { retention: Retention; again: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const [version, setVersion] = createSignal(untrack(() => props.retention.version));
  const [form, setForm] = createSignal<HTMLFormElement>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const holdReason = String(new FormData(form()).get("holdReason")).trim();
    const message = "Say why nothing may be deleted, such as the number of the case.";
    if (!holdReason)
      return refusal.show(form()!, {
        code: "BAD_USER_INPUT",
        message,
        issues: [{ path: "holdReason", message }],
      });
    const { done, failure } = await send(UpdateRetention, {
      input: { holdReason, expectedVersion: version() },
    });
    refusal.show(form()!, failure);
    if (done || failure.code === "CONFLICT") props.again();
    if (!done) return;
    toast("Nothing is deleted while the hold lasts");
    props.onClose();
  };
  const follow = () => {
    setVersion(props.retention.version);
    refusal.show(form()!, undefined);
  };
  return (
    <Modal
      title="Place a hold"
      description="While it lasts no entry is deleted, in the whole installation."
      onClose={props.onClose}
    >
      <form ref={setForm} novalidate onSubmit={(event) => void submit(event)}>
        <Show when={refusal.failure()}>
          {(failure) => <Changed failure={failure()} what="the retention" onTheirs={follow} />}
        </Show>
        <AreaField
          label="Reason"
          name="holdReason"
          maxlength="500"
          rows="3"
          error={refusal.errors()["holdReason"]}
        />
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Place hold
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
