import { createSignal, Show } from "solid-js";
import { useCan } from "../../app/me";
import { now } from "../../lib/clock";
import { Button } from "../../ui/Button";
import { Mail } from "../../ui/icons";
import { Problem } from "../../ui/States";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { ResendInvitation } from "../users-changes.gql";
import type { PersonDetails } from "../users.gql";
import styles from "./Panel.module.css";

/** An invitation that nobody has accepted yet: how long it works, and another one. */
export function Invitation(props: { person: PersonDetails }) {
  const can = useCan();
  const { send, busy } = useSend();
  const [refusal, setRefusal] = createSignal<string>();
  const expired = () => {
    const at = props.person.invitation?.expiresAt;
    return !at || Date.parse(at) <= now();
  };
  const resend = async () => {
    const { failure } = await send(ResendInvitation, { id: props.person.id });
    setRefusal(failure?.message);
    if (!failure)
      toast(
        "Invitation sent again",
        `The new link goes to ${props.person.email}; the old one works no more.`,
      );
  };
  return (
    <div class={styles.invitation} data-expired={expired() ? "" : undefined}>
      <p>
        <b>{expired() ? "The invitation has expired." : "The invitation has not been accepted yet."}</b>{" "}
        <Show when={!expired() && props.person.invitation}>
          {(invitation) => (
            <>
              Its link works until <Time at={invitation().expiresAt} exact />.
            </>
          )}
        </Show>
      </p>
      <Show when={can("USER_INVITE")}>
        <Button small icon={Mail} busy={busy()} onClick={() => void resend()}>
          Resend invitation
        </Button>
      </Show>
      <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
    </div>
  );
}
