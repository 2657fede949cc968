import { createQuery } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { useCan } from "../../app/me";
import { Button } from "../../ui/Button";
import { CompactSelect } from "../../ui/Field";
import { X } from "../../ui/icons";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { AddTeamMember, RemoveTeamMember } from "../users-changes.gql";
import { TeamsQuery, type PersonDetails } from "../users.gql";
import { Section } from "./Section";
import styles from "./Panel.module.css";

interface TeamName {
  id: string;
  name: string;
}

/** The teams they belong to. Admins add and remove anybody, managers people with the role User in their own teams. */
export function TeamsSection(props: { person: PersonDetails; again: () => void }) {
  const can = useCan();
  const { send, busy } = useSend();
  const [refusal, setRefusal] = createSignal<string>();
  const [teams] = createQuery({ query: TeamsQuery, pause: () => !can("TEAM_MEMBERS_MANAGE") });
  const reaches = () => can("USER_ROLE_ASSIGN") || props.person.role === "USER";
  const mine = () =>
    can("TEAM_MEMBERS_MANAGE") && reaches() ? (teams.data?.teams.edges ?? []).map((edge) => edge.node) : [];
  const belongs = (id: string) => props.person.teams.some((team) => team.id === id);
  const addable = () => mine().filter((team) => !belongs(team.id));
  const noTeam = () =>
    props.person.role === "ADMIN"
      ? "In no team. Admins see what belongs to every team."
      : "In no team: sees what belongs to everybody.";
  let heading: HTMLElement | undefined;
  const name = () => props.person.name || props.person.email;
  const change = async (
    document: typeof AddTeamMember | typeof RemoveTeamMember,
    team: TeamName,
    done: string,
  ) => {
    if (busy()) return;
    const { failure } = await send(document as typeof AddTeamMember, {
      teamId: team.id,
      userId: props.person.id,
    });
    setRefusal(failure?.message);
    heading?.focus();
    if (failure) return;
    toast(done);
    props.again();
  };
  return (
    <Section title="Teams" heading={(element) => (heading = element)}>
      <ul class={styles.teamlist}>
        <For each={props.person.teams} fallback={<li class="dim">{noTeam()}</li>}>
          {(team) => (
            <li class={styles.chip}>
              <span class="clip">{team.name}</span>
              <Show when={mine().some((each) => each.id === team.id)}>
                <button
                  type="button"
                  aria-label={`Remove from ${team.name}`}
                  onClick={() =>
                    void change(RemoveTeamMember, team, `${name()} is no longer in ${team.name}`)
                  }
                >
                  <X size={12} aria-hidden="true" />
                </button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={addable().length}>
        <AddToTeam
          teams={addable()}
          busy={busy()}
          onAdd={(team) => void change(AddTeamMember, team, `${name()} is in ${team.name} now`)}
        />
      </Show>
      <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
    </Section>
  );
}

function AddToTeam(props: { teams: readonly TeamName[]; busy: boolean; onAdd: (team: TeamName) => void }) {
  const [chosen, setChosen] = createSignal("");
  const team = () => props.teams.find((each) => each.id === chosen()) ?? props.teams[0];
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = team();
    if (wanted) props.onAdd(wanted);
  };
  return (
    <form class={styles.addteam} onSubmit={add}>
      <CompactSelect
        label="Team to add them to"
        choices={props.teams.map((each) => ({ value: each.id, label: each.name }))}
        value={team()?.id ?? ""}
        onValue={setChosen}
      />
      <Button type="submit" busy={props.busy}>
        Add to team
      </Button>
    </form>
  );
}
