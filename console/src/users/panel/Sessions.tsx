import { createSignal, For, Show } from "solid-js";
import { RevokeSession } from "../../api/revoke-session";
import { useCan } from "../../app/me";
import { plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { ConfirmModal } from "../../ui/dialogs";
import { Monitor } from "../../ui/icons";
import { Problem } from "../../ui/States";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { RevokeSessions } from "../users-changes.gql";
import type { PersonDetails, Session } from "../users.gql";
import { Section } from "./Section";
import styles from "./Panel.module.css";

/** Where they are signed in. Ending a session closes it within a second, open pages included. */
export function Sessions(props: {
  person: PersonDetails;
  sessions: readonly Session[];
  isMe: boolean;
  again: () => void;
}) {
  const can = useCan();
  const { send, busy } = useSend();
  const [refusal, setRefusal] = createSignal<string>();
  const [asking, setAsking] = createSignal(false);
  const others = () => props.sessions.filter((session) => !session.isCurrent);
  const mayEnd = () => props.isMe || can("USER_MANAGE");
  let heading: HTMLElement | undefined;
  const settled = (message: string | undefined, done: string) => {
    setRefusal(message);
    if (message) return false;
    toast(done);
    props.again();
    return true;
  };
  const endOne = async (session: Session) => {
    if (busy()) return;
    const { failure } = await send(RevokeSession, { id: session.id });
    heading?.focus();
    settled(failure?.message, `Signed out: ${deviceOf(session)}`);
  };
  const endAll = async () => {
    const { done, failure } = await send(RevokeSessions, {
      userId: props.person.id,
      keepCurrent: props.isMe,
    });
    return settled(failure?.message, `${plural(done?.revoked ?? 0, "session")} ended`);
  };
  return (
    <Section
      title="Sessions"
      heading={(element) => (heading = element)}
      aside={
        <Show when={mayEnd() && others().length > 0}>
          <Button small tone="quiet" onClick={() => setAsking(true)}>
            {props.isMe ? "End all others" : "End all"}
          </Button>
        </Show>
      }
    >
      <Show when={!asking() && refusal()}>{(message) => <Problem message={message()} />}</Show>
      <ul class={styles.sessions}>
        <For each={props.sessions} fallback={<li class="dim">Not signed in anywhere.</li>}>
          {(session) => (
            <li>
              <Monitor size={16} aria-hidden="true" />
              <span>
                <b>{deviceOf(session)}</b>
                <small class="num">
                  {session.ip ?? "Unknown address"} · used <Time at={session.lastSeenAt} />
                </small>
              </span>
              <Show when={!session.isCurrent} fallback={<small class={styles.thisone}>This session</small>}>
                <Show when={mayEnd()}>
                  <Button
                    small
                    writes
                    aria-label={`End session: ${deviceOf(session)}`}
                    onClick={() => void endOne(session)}
                  >
                    End
                  </Button>
                </Show>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={asking()}>
        <ConfirmModal
          title={props.isMe ? "End all other sessions?" : `Sign ${nameOf(props.person)} out everywhere?`}
          description={`${plural(others().length, "session")} end within a second. Whatever is open there and not saved is lost.`}
          confirm="End sessions"
          onConfirm={endAll}
          onClose={() => setAsking(false)}
        >
          <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
        </ConfirmModal>
      </Show>
    </Section>
  );
}

const nameOf = (person: PersonDetails) => person.name || person.email;
const deviceOf = (session: Session) =>
  [session.browser, session.system].filter(Boolean).join(" on ") || session.device;
