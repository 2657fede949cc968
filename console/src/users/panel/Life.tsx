import { createSignal, Show } from "solid-js";
import { useCan } from "../../app/me";
import { Button } from "../../ui/Button";
import { Ban, RotateCcw, Trash } from "../../ui/icons";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { ReactivateUser } from "../users-changes.gql";
import type { PersonDetails } from "../users.gql";
import { EraseModal, SuspendModal } from "./LifeModals";
import { Section } from "./Section";
import { useLastAdmin } from "./use-last-admin";
import styles from "./Panel.module.css";

/** Shutting somebody out, letting them back in, and forgetting them. */
export function Life(props: { person: PersonDetails; isMe: boolean; onGone: () => void }) {
  const can = useCan();
  return (
    <Show when={can("USER_MANAGE")}>
      <Section title="Access">
        <Show when={!props.isMe} fallback={<OwnLife />}>
          <LifeActions person={props.person} onGone={props.onGone} />
        </Show>
      </Section>
    </Show>
  );
}

function OwnLife() {
  const isLast = useLastAdmin();
  return (
    <>
      <div class="actions">
        <Button icon={Ban} disabled>
          Suspend
        </Button>
        <Button icon={Trash} disabled>
          Erase
        </Button>
      </div>
      <p class={styles.why}>
        This is your own account.{" "}
        {isLast()
          ? "You are the only active Admin: make somebody else Admin, who can then suspend or erase it."
          : "Another Admin can suspend or erase it."}
      </p>
    </>
  );
}

const lifeWords: Record<PersonDetails["status"], string> = {
  ACTIVE: "Suspending signs them out everywhere and can be undone. Erasing cannot.",
  INVITED: "They cannot sign in yet, so there is nothing to suspend. Erasing takes the invitation back.",
  SUSPENDED: "Reactivating lets them sign in again, with the role and the teams they had.",
  ERASED: "",
};

function LifeActions(props: { person: PersonDetails; onGone: () => void }) {
  const { send, busy } = useSend();
  const [asking, setAsking] = createSignal<"suspend" | "erase">();
  const [refusal, setRefusal] = createSignal<string>();
  const reactivate = async () => {
    const { failure } = await send(ReactivateUser, { id: props.person.id });
    setRefusal(failure?.message);
    if (!failure) toast(`${props.person.name || props.person.email} can sign in again`);
  };
  // One button for both, so that the focus has somewhere to stay when the state turns.
  const isSuspended = () => props.person.status === "SUSPENDED";
  const isInvited = () => props.person.status === "INVITED";
  return (
    <>
      <div class="actions">
        <Button
          icon={isSuspended() ? RotateCcw : Ban}
          busy={busy()}
          disabled={isInvited()}
          onClick={() => (isSuspended() ? void reactivate() : setAsking("suspend"))}
        >
          {isSuspended() ? "Reactivate" : "Suspend"}
        </Button>
        <Button icon={Trash} onClick={() => setAsking("erase")}>
          Erase
        </Button>
      </div>
      <p class={styles.why}>{lifeWords[props.person.status]}</p>
      <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
      <Show when={asking() === "suspend"}>
        <SuspendModal person={props.person} onClose={() => setAsking(undefined)} />
      </Show>
      <Show when={asking() === "erase"}>
        <EraseModal person={props.person} onGone={props.onGone} onClose={() => setAsking(undefined)} />
      </Show>
    </>
  );
}
