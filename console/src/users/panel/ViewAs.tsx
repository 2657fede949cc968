import { Show } from "solid-js";
import { viewAs } from "../../api/view-as";
import { useCan } from "../../app/me";
import { Button } from "../../ui/Button";
import { Eye } from "../../ui/icons";
import type { PersonDetails } from "../users.gql";
import { Section } from "./Section";
import styles from "./Panel.module.css";

/** Looking through their eyes: what they see, and nothing that changes it. */
export function ViewAs(props: { person: PersonDetails; isMe: boolean }) {
  const can = useCan();
  const name = () => props.person.name || props.person.email;
  const isActive = () => props.person.status === "ACTIVE";
  return (
    <Show when={can("USER_ROLE_ASSIGN") && !props.isMe}>
      <Section title="View as">
        <div class="actions">
          <Button
            icon={Eye}
            disabled={!isActive()}
            onClick={() => viewAs({ id: props.person.id, name: name() })}
          >
            View as {name()}
          </Button>
        </div>
        <p class={styles.why}>
          {isActive()
            ? "Shows Postwatch as they see it, in this tab, until you stop. Read only."
            : "Only the pages of somebody who can sign in can be viewed."}
        </p>
      </Section>
    </Show>
  );
}
