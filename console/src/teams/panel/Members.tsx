import { createSignal, For, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { PutMember, RemoveMember } from "../teams-changes.gql";
import type { Candidate, Member, TeamDetails } from "../teams.gql";
import type { Reach } from "../teams.model";
import { AddMember } from "./AddMember";
import { MemberLine } from "./MemberLine";
import styles from "../Teams.module.css";

const nameOf = (person: { name: string; email: string }) => person.name || person.email;

/** Whoever is in the team. People are added from a search; a removal can be undone. */
export function Members(props: { team: TeamDetails; reach: Reach; again: () => void }) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const shown = () => props.team.members.length;
  let heading: HTMLElement | undefined;
  const settle = (refused: Failure | undefined) => {
    setFailure(refused);
    props.again();
    return !refused;
  };
  const put = async (person: Candidate, isLead: boolean, said: string) => {
    const teamId = props.team.id;
    const { failure: refused } = await send(PutMember, { teamId, userId: person.id, isLead });
    if (settle(refused)) toast(said);
  };
  const remove = async ({ user, isLead }: Member) => {
    const { id: teamId, name: teamName } = props.team;
    const { failure: refused } = await send(RemoveMember, { teamId, userId: user.id });
    heading?.focus();
    if (!settle(refused)) return;
    const undo = () => void put(user, isLead, `${nameOf(user)} is in ${teamName} again`);
    toast(`${nameOf(user)} is no longer in ${teamName}`, undefined, "ok", { label: "Undo", run: undo });
  };
  const turn = ({ user, isLead }: Member) =>
    put(user, !isLead, isLead ? `${nameOf(user)} no longer leads` : `${nameOf(user)} leads the team now`);
  return (
    <section class={styles.members} aria-labelledby="team-members">
      <h3 id="team-members" tabindex="-1" ref={(element) => (heading = element)}>
        Members
      </h3>
      <Show when={!props.reach.members} fallback={<p class={styles.why}>{props.reach.members}</p>}>
        <AddMember
          team={props.team}
          reach={props.reach}
          onAdd={(person) =>
            !busy() && void put(person, false, `${nameOf(person)} is in ${props.team.name} now`)
          }
        />
      </Show>
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
      <Show
        when={shown()}
        fallback={
          <p class={styles.none}>
            Nobody yet. {props.reach.members ? "" : "Search above for the first person."}
          </p>
        }
      >
        <ul class={styles.list}>
          <For each={props.team.members.map((member) => member.user.id)}>
            {(id) => (
              <Show when={props.team.members.find((member) => member.user.id === id)}>
                {(member) => (
                  <MemberLine
                    member={member()}
                    reach={props.reach}
                    onTurn={() => !busy() && void turn(member())}
                    onRemove={() => !busy() && void remove(member())}
                  />
                )}
              </Show>
            )}
          </For>
        </ul>
      </Show>
      <Show when={shown() < props.team.memberCount}>
        <p class={styles.why}>
          {shown()} of {props.team.memberCount} are shown. The others are found under Users, by team.
        </p>
      </Show>
    </section>
  );
}
