import type { CombinedError } from "@urql/core";
import { createSignal, For, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import type { ResultOf } from "../../api/graphql";
import { RevokeSession } from "../../api/revoke-session";
import { useSend } from "../../api/send";
import { plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Refusal } from "../../ui/Refusal";
import { ConfirmModal } from "../../ui/dialogs";
import { Monitor, Smartphone } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { QueryView, Skeleton } from "../../ui/States";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import { EndOtherSessions, type OwnSession, type OwnSessionsQuery } from "../profile.gql";
import styles from "../Profile.module.css";

interface Result {
  data?: ResultOf<typeof OwnSessionsQuery>;
  error?: CombinedError;
  fetching: boolean;
}

/** Where one is signed in. An ended session closes within a second, open pages included. */
export function SessionsCard(props: { result: Result; again: () => void }) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const [asking, setAsking] = createSignal(false);
  const sessions = () => props.result.data?.sessions ?? [];
  const others = () => sessions().filter((session) => !session.isCurrent);
  let list: HTMLElement | undefined;
  const settle = (refused: Failure | undefined, said: string) => {
    setFailure(refused);
    if (!refused) toast(said);
    // Also after a refusal: it may have ended by itself.
    props.again();
    return !refused;
  };
  const endOne = async (session: OwnSession) => {
    if (busy()) return;
    const { failure: refused } = await send(RevokeSession, { id: session.id });
    list?.focus();
    settle(refused, `Signed out: ${session.device}`);
  };
  const endOthers = async () => {
    const { done, failure: refused } = await send(EndOtherSessions, {});
    return settle(refused, `${plural(done?.revoked ?? 0, "session")} ended`);
  };
  return (
    <Card
      title="Where you are signed in"
      aside={
        <Show when={others().length}>
          <Button small onClick={() => setAsking(true)}>
            End all others
          </Button>
        </Show>
      }
    >
      <QueryView of={props.result} retry={props.again} skeleton={<Skeleton rows={3} />}>
        {() => (
          <>
            <Show when={!asking() && failure()}>{(refused) => <Refusal of={refused()} />}</Show>
            <ul
              class={styles.sessions}
              tabindex="-1"
              ref={(element) => (list = element)}
              aria-label="Sessions"
            >
              <For each={sessions()}>
                {(session) => <SessionLine session={session} onEnd={() => void endOne(session)} />}
              </For>
            </ul>
            <Show when={!others().length}>
              <p class={styles.note}>You are signed in nowhere else.</p>
            </Show>
          </>
        )}
      </QueryView>
      <Show when={asking()}>
        <ConfirmModal
          title="End all other sessions?"
          description={`${plural(others().length, "session")} will be signed out within a second. What is open there and not saved is lost. This session goes on.`}
          confirm="End sessions"
          onConfirm={endOthers}
          onClose={() => setAsking(false)}
        >
          <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
        </ConfirmModal>
      </Show>
    </Card>
  );
}

const isHandheld = (session: OwnSession) =>
  /android|ios|iphone|ipad/i.test(`${session.system} ${session.device}`);

const SessionLine = (props: { session: OwnSession; onEnd: () => void }) => (
  <li>
    <Show when={isHandheld(props.session)} fallback={<Monitor size={18} aria-hidden="true" />}>
      <Smartphone size={18} aria-hidden="true" />
    </Show>
    <span>
      <b>{props.session.device}</b>
      <small>
        {props.session.ip ?? "Unknown address"} · signed in <Time at={props.session.createdAt} />
        {" · "}last used <Time at={props.session.lastSeenAt} />
      </small>
    </span>
    <Show when={!props.session.isCurrent} fallback={<Tag tone="ok">This session</Tag>}>
      <Button small writes aria-label={`End session: ${props.session.device}`} onClick={() => props.onEnd()}>
        End
      </Button>
    </Show>
  </li>
);
