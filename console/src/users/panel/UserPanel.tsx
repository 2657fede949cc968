import { createQuery } from "@urql/solid";
import { createEffect, Show } from "solid-js";
import { useMe } from "../../app/me";
import { onReconnect } from "../../api/live";
import { debounced } from "../../lib/debounce";
import { initials, sentence } from "../../lib/format";
import { onReturn } from "../../lib/on-return";
import { Sheet } from "../../ui/dialogs";
import { ChevronDown, ChevronUp } from "../../ui/icons";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { userTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { PersonQuery, type PersonDetails } from "../users.gql";
import { Abilities } from "./Abilities";
import { Activity } from "./Activity";
import { Invitation } from "./Invitation";
import { Life } from "./Life";
import { neighbourOf, rowOf, stepOf } from "./neighbours";
import { Profile } from "./Profile";
import { RoleSection } from "./RoleSection";
import { Sessions } from "./Sessions";
import { TeamsSection } from "./TeamsSection";
import { ViewAs } from "./ViewAs";
import styles from "./Panel.module.css";

// Somebody who holds `j` down passes people by; only the one they stop at is fetched.
const restMs = 120;

/** Everything about one person, and what can be changed. `j` and `k` go on to the next and the previous row. */
export function UserPanel(props: { id: string; onMove: (id: string) => void; onClose: () => void }) {
  const me = useMe();
  const settled = debounced(() => props.id, restMs);
  const [result, refetch] = createQuery({
    query: PersonQuery,
    variables: () => ({ id: settled() }),
    requestPolicy: "cache-and-network",
  });
  // The address forgets them before the focus goes back to their row.
  let last = "";
  createEffect(() => (last = props.id));
  const again = () => refetch({ requestPolicy: "network-only" });
  onReturn(again);
  onReconnect(again);
  const person = () => (result.data?.user?.id === props.id ? result.data.user : undefined);
  const isGone = () => result.data && !result.data.user && !result.fetching;
  const move = (by: number) => {
    const next = neighbourOf(props.id, by);
    if (next) props.onMove(next);
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = stepOf(event);
    if (!by) return;
    // What has the focus belongs to the person who is left.
    event.currentTarget.focus();
    move(by);
  };
  return (
    <Sheet
      title={
        <Show when={person()} fallback="Person">
          {(it) => <Heading person={it()} />}
        </Show>
      }
      aside={<Neighbours onMove={move} />}
      onClose={props.onClose}
      onKeyDown={onKeyDown}
      returnTo={() => rowOf(last)}
    >
      <Show when={!isGone()} fallback={<Nobody />}>
        <QueryView of={result} retry={again}>
          {() => (
            <Show when={person()?.id} keyed fallback={<Skeleton rows={8} />}>
              {(id) => (
                <Sections
                  person={person() as PersonDetails}
                  isMe={id === me().id}
                  again={again}
                  onGone={props.onClose}
                />
              )}
            </Show>
          )}
        </QueryView>
      </Show>
    </Sheet>
  );
}

const Nobody = () => (
  <Empty
    title="There is no such person"
    text="They left the organisation, are outside of your teams, or the address is mistyped."
  />
);

const Neighbours = (props: { onMove: (by: number) => void }) => (
  <>
    <button
      type="button"
      class="icon"
      aria-label="Previous person"
      title="Previous person (K)"
      onClick={() => props.onMove(-1)}
    >
      <ChevronUp size={16} aria-hidden="true" />
    </button>
    <button
      type="button"
      class="icon"
      aria-label="Next person"
      title="Next person (J)"
      onClick={() => props.onMove(1)}
    >
      <ChevronDown size={16} aria-hidden="true" />
    </button>
  </>
);

const Heading = (props: { person: PersonDetails }) => (
  <span class={styles.heading}>
    <span class="avatar" aria-hidden="true">
      {initials(props.person.name || props.person.email)}
    </span>
    <span class={styles.headingname}>{props.person.name || props.person.email}</span>
    <Tag tone={userTones[props.person.status]}>{sentence(props.person.status)}</Tag>
  </span>
);

const Sections = (props: { person: PersonDetails; isMe: boolean; again: () => void; onGone: () => void }) => (
  <div class={styles.sections}>
    <Show when={props.person.status === "INVITED"}>
      <Invitation person={props.person} />
    </Show>
    <Profile person={props.person} isMe={props.isMe} again={props.again} />
    <RoleSection person={props.person} isMe={props.isMe} again={props.again} />
    <TeamsSection person={props.person} again={props.again} />
    <Show when={props.person.sessions}>
      {(sessions) => (
        <Sessions person={props.person} sessions={sessions()} isMe={props.isMe} again={props.again} />
      )}
    </Show>
    <Show when={props.person.effectivePermissions}>
      <Abilities person={props.person} />
    </Show>
    <Activity person={props.person} />
    <ViewAs person={props.person} isMe={props.isMe} />
    <Life person={props.person} isMe={props.isMe} onGone={props.onGone} />
  </div>
);
