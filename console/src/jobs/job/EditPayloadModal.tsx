import { createSignal, For, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { AreaField } from "../../ui/Field";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { RetryJob } from "../jobs-changes.gql";
import type { JobDetails } from "../jobs.gql";
import { fieldOf, parsePayload, payloadText } from "./payload.model";
import styles from "./Job.module.css";

/** Tries a job again with another payload. The server checks it by the schema of its type, and says each fault. */
export function EditPayloadModal(props: { job: JobDetails; onDone: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const [text, setText] = createSignal(payloadText(props.job.payload));
  const [fault, setFault] = createSignal<string>();
  const [failure, setFailure] = createSignal<Failure>();
  const change = (value: string) => {
    setText(value);
    setFault(undefined);
    setFailure(undefined);
  };
  const issues = () => failure()?.issues ?? [];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const parsed = parsePayload(text());
    setFault(parsed.fault);
    if (!parsed.payload) return;
    const { failure: refused } = await send(RetryJob, { id: props.job.id, payload: parsed.payload });
    setFailure(refused);
    if (refused) return;
    toast(`Retried with the edited payload: ${props.job.type}`);
    props.onDone();
    props.onClose();
  };
  return (
    <Modal
      title="Retry with edited payload"
      description={`${props.job.type} is due at once with what stands here, and has all its attempts before it. The change is in the audit log.`}
      width={620}
      onClose={props.onClose}
    >
      <form onSubmit={(event) => void submit(event)}>
        <AreaField
          label="Payload"
          name="payload"
          class={styles.editor}
          rows={Math.min(20, Math.max(8, text().split("\n").length + 1))}
          spellcheck={false}
          autocomplete="off"
          value={text()}
          onValue={change}
          error={fault() ?? (issues().length ? "The server did not take it:" : undefined)}
          hint="JSON. Where •••• stands, the stored value stays."
        />
        <Show when={issues().length} fallback={<Show when={failure()}>{(of) => <Refusal of={of()} />}</Show>}>
          <ul class={styles.issues}>
            <For each={issues()}>
              {(issue) => (
                <li>
                  <code>{fieldOf(issue.path) || "payload"}</code> {issue.message}
                </li>
              )}
            </For>
          </ul>
        </Show>
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Retry with this payload
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
