import { createSignal, Show } from "solid-js";
import { ConfirmModal } from "../../ui/dialogs";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { EraseUser, SuspendUser } from "../users-changes.gql";
import type { PersonDetails } from "../users.gql";
import styles from "./Panel.module.css";

interface Asking {
  person: PersonDetails;
  onClose: () => void;
}

const nameOf = (person: PersonDetails) => person.name || person.email;

/** Says what suspending does, and does it. */
export function SuspendModal(props: Asking) {
  const { send } = useSend();
  const [refusal, setRefusal] = createSignal<string>();
  const suspend = async () => {
    const { failure } = await send(SuspendUser, { id: props.person.id });
    setRefusal(failure?.message);
    if (!failure) toast(`${nameOf(props.person)} is suspended`, "Their sessions are ended.");
    return !failure;
  };
  return (
    <ConfirmModal
      title={`Suspend ${nameOf(props.person)}?`}
      confirm="Suspend"
      onConfirm={suspend}
      onClose={props.onClose}
    >
      <ul class={styles.consequences}>
        <li>All their sessions end within a second, and they cannot sign in.</li>
        <li>Their campaigns keep running. Role and teams are kept.</li>
        <li>You can reactivate them at any time.</li>
      </ul>
      <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
    </ConfirmModal>
  );
}

/** Says what erasing does, and does it once the address is typed: there is no way back. */
export function EraseModal(props: Asking & { onGone: () => void }) {
  const { send } = useSend();
  const [typed, setTyped] = createSignal("");
  const [error, setError] = createSignal<string>();
  const [refusal, setRefusal] = createSignal<string>();
  const erase = async () => {
    const isSame = typed().trim().toLowerCase() === props.person.email.toLowerCase();
    setError(isSame ? undefined : `Type ${props.person.email} to go on.`);
    if (!isSame) return false;
    const { failure } = await send(EraseUser, { id: props.person.id });
    setRefusal(failure?.message);
    if (failure) return false;
    toast("Erased", "Their personal data is gone.");
    props.onGone();
    return true;
  };
  return (
    <ConfirmModal
      title={`Erase ${nameOf(props.person)}?`}
      confirm="Erase for good"
      onConfirm={erase}
      onClose={props.onClose}
    >
      <ul class={styles.consequences}>
        <li>Name, address, password and sessions are removed. This cannot be undone.</li>
        <li>Campaigns, lists and leads stay with their teams.</li>
        <li>What they did stays in the audit log, where older entries still show their address.</li>
      </ul>
      <TextField
        label={`Type ${props.person.email} to confirm`}
        autocomplete="off"
        value={typed()}
        error={error()}
        onValue={setTyped}
      />
      <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
    </ConfirmModal>
  );
}
