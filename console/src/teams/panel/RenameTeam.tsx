import { useSend } from "../../api/send";
import { RenameForm } from "../../ui/RenameForm";
import { toast } from "../../ui/toast";
import { RenameTeam as Rename } from "../teams-changes.gql";
import type { TeamDetails } from "../teams.gql";
import styles from "../Teams.module.css";

/** Another name for a team. */
export function RenameTeam(props: { team: TeamDetails; again: () => void; onClose: () => void }) {
  const { send } = useSend();
  const save = async (name: string, expectedVersion: number) => {
    const { done, failure } = await send(Rename, { input: { id: props.team.id, name, expectedVersion } });
    if (done) toast("Team renamed", done.team.name);
    return failure;
  };
  return (
    <RenameForm
      what="this team"
      class={styles.form ?? ""}
      now={props.team}
      save={save}
      again={props.again}
      onClose={props.onClose}
    />
  );
}
