import { createSignal, Show } from "solid-js";
import { useSend } from "../../api/send";
import { useMe } from "../../app/me";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { fullName } from "../campaigns.model";
import { SendTestEmail, type LeadChoice } from "./editor.gql";
import styles from "./Editor.module.css";

/** Mails one step, as this person would get it, to somebody who tries it out. */
export function TestModal(props: {
  campaignId: string;
  step: number;
  lead: LeadChoice;
  onClose: () => void;
}) {
  const me = useMe();
  const { send, busy } = useSend();
  const [to, setTo] = createSignal(me().email);
  const [error, setError] = createSignal<string>();
  const [problem, setProblem] = createSignal<string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    setError(undefined);
    setProblem(undefined);
    const { done, failure } = await send(SendTestEmail, {
      campaignId: props.campaignId,
      leadId: props.lead.id,
      to: to().trim() || null,
      step: props.step + 1,
    });
    if (done) {
      toast("Test on its way", `To ${done.to}. If the mail server refuses it, you are notified.`);
      return props.onClose();
    }
    const own = failure.issues.find((issue) => issue.path === "to");
    if (own) setError(own.message);
    else setProblem(failure.issues[0]?.message ?? failure.message);
  };
  return (
    <Modal
      title={`Send a test of step ${props.step + 1}`}
      description={`With the data of ${fullName(props.lead) || props.lead.email}. Its subject begins with [Test], and it changes no figure.`}
      onClose={props.onClose}
    >
      <form onSubmit={(event) => void submit(event)} novalidate>
        <div class={styles.test}>
          <TextField
            label="Send to"
            name="to"
            type="email"
            autocomplete="email"
            value={to()}
            error={error()}
            hint="It is on record who got a test."
            onValue={setTo}
          />
          <Show when={problem()}>{(message) => <Problem message={message()} />}</Show>
        </div>
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" writes busy={busy()}>
            Send test
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
