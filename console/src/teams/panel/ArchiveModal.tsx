import { createSignal, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { plural } from "../../lib/format";
import { ConfirmModal } from "../../ui/dialogs";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { ArchiveTeam } from "../teams-changes.gql";
import type { TeamDetails } from "../teams.gql";
import styles from "../Teams.module.css";

/** Asks before a team is closed, and says what ends and what stays. */
export function ArchiveModal(props: { team: TeamDetails; again: () => void; onClose: () => void }) {
  const { send } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const archive = async () => {
    const { done, failure: refused } = await send(ArchiveTeam, { id: props.team.id });
    setFailure(refused);
    if (!done) return false;
    toast("Team archived", `${done.team.name} stays in the list when archived teams are shown.`);
    props.again();
    return true;
  };
  return (
    <ConfirmModal
      title={`Archive ${props.team.name}?`}
      description="A team cannot be opened again."
      confirm="Archive team"
      cancel="Keep it open"
      onConfirm={archive}
      onClose={props.onClose}
    >
      <ul class={styles.consequences}>
        <li>
          <b>Ends:</b>{" "}
          {props.team.memberCount
            ? `${plural(props.team.memberCount, "member")} lose sight of what belongs to the team, within a second.`
            : "Nobody can be added any more."}
        </li>
        <li>
          <b>Stays:</b> its campaigns, lists and leads are its own as before, from then on for administrators
          only.
        </li>
        <li>
          <b>Stays:</b> who was in it and all they did, in the audit log.
        </li>
      </ul>
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </ConfirmModal>
  );
}
