import { useSend } from "../../api/send";
import { RenameForm } from "../../ui/RenameForm";
import { toast } from "../../ui/toast";
import { UpdateUser } from "../users-changes.gql";
import type { PersonDetails } from "../users.gql";
import styles from "./Panel.module.css";

/** Corrects a person's name. */
export function NameForm(props: { person: PersonDetails; again: () => void; onClose: () => void }) {
  const { send } = useSend();
  const save = async (name: string, expectedVersion: number) => {
    const { done, failure } = await send(UpdateUser, {
      input: { id: props.person.id, name, expectedVersion },
    });
    if (done) toast("Name saved", done.user.name);
    return failure;
  };
  return (
    <RenameForm
      what="this person"
      class={styles.nameform ?? ""}
      now={props.person}
      save={save}
      again={props.again}
      onClose={props.onClose}
    />
  );
}
