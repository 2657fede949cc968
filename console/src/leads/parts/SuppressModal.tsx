import { useClient } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import type { Introspected } from "../../api/graphql";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { SelectField, TextField } from "../../ui/Field";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { Suppress } from "../leads.gql";
import { useForm } from "./use-form";
import styles from "../Leads.module.css";

type Reason = Introspected<"SuppressionReason">;

const reasons: { value: Reason; label: string }[] = [
  { value: "UNSUBSCRIBED", label: "They asked not to be mailed" },
  { value: "COMPLAINT", label: "They complained" },
  { value: "HARD_BOUNCE", label: "The address does not exist" },
  { value: "MANUAL", label: "Another reason" },
];

/** Makes sure that an address is never mailed again, whether it is a lead or not. */
export function SuppressModal(props: { email: string; onClose: () => void }) {
  const client = useClient();
  const [reason, setReason] = createSignal<Reason>("UNSUBSCRIBED");
  const form = useForm(async (values) => {
    const email = String(values.get("email") ?? "").trim();
    const result = await client.mutation(Suppress, { email, reason: reason() }).toPromise();
    return { error: result.error, outcome: result.data?.suppress };
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const done = await form.submit(event.currentTarget as HTMLFormElement);
    if (done?.kind !== "SuppressSuccess") return;
    toast("Address suppressed", `${done.suppression.email} gets no more mail, planned mail included.`);
    props.onClose();
  };
  return (
    <Modal
      title="Suppress an address"
      description="No campaign mails it any more. Messages already planned for it are skipped."
      onClose={props.onClose}
    >
      <form onSubmit={(event) => void submit(event)} novalidate>
        <Show when={form.failure()}>{(message) => <Problem message={message()} />}</Show>
        <div class={styles.modalform}>
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autocomplete="off"
            value={props.email}
            error={form.errors()["email"]}
          />
          <SelectField
            label="Reason"
            name="reason"
            choices={reasons}
            value={reason()}
            error={form.errors()["reason"]}
            onValue={(value) => setReason(value as Reason)}
          />
        </div>
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="danger" busy={form.busy()}>
            Suppress
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
